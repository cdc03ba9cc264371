"""The code of a receipt: 24 digits that nobody guesses, and one that finds a mistyped digit."""

import hashlib
import secrets
import unicodedata

RANDOM = 24  # 79.7 bits: a code is the only thing a person needs to show
LENGTH = RANDOM + 1
GROUP = 5


def new_code() -> str:
    """A fresh code in groups, e.g. `40718 29550 31846 07712 93384`."""
    digits = f"{secrets.randbelow(10**RANDOM):0{RANDOM}d}"
    return shown(digits + check_digit(digits))


def shown(code: str) -> str:
    """In groups of five."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def check_digit(digits: str) -> str:
    """The digit that finds each single mistyped one (ISO 7064, MOD 11,10)."""
    carried = 10
    for digit in digits:
        carried = 2 * ((carried + int(digit)) % 10 or 10) % 11
    return str((11 - carried) % 10)


def normal(typed: str) -> str:
    """What somebody typed, in the digits of any script, as 25 plain ones; empty when it is no code."""
    plain = unicodedata.normalize("NFKC", typed[:200])
    digits = "".join(str(unicodedata.decimal(sign)) for sign in plain if sign.isdecimal())
    return digits if len(digits) == LENGTH and check_digit(digits[:RANDOM]) == digits[RANDOM] else ""


def hashed(code: str) -> str:
    """What the database keeps of a code; `authz.begin` computes the same."""
    return hashlib.sha256(code.encode()).hexdigest()
