"""`python -m proof NAME [OPTIONS]`: run one proof; the result is 0 when it holds and 1 when it does not.

A proof is proof/NAME.py with `main(arguments: list[str]) -> int`.
"""

from __future__ import annotations

import importlib
import sys

PROOFS = ("chaos", "mutants", "oracle")


def main(arguments: list[str]) -> int:
    """Run the proof that is named first; 2 for an unknown name."""
    name, *rest = arguments or [""]
    if name not in PROOFS:
        print(f"Name a proof: {', '.join(PROOFS)}.")
        return 2
    result: int = importlib.import_module(f"proof.{name}").main(rest)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
