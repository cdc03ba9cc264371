"""What a production start insists on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASKED = (
    "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
    " s.LANGUAGE_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS, s.DEBUG)"
)


def started(code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env={**kept, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_secret_key_it_does_not_start(key: str | None) -> None:
    given = {} if key is None else {"ENTENTE_SECRET_KEY": key}
    stopped = started("from django.conf import settings; settings.SECRET_KEY", **given)
    assert stopped.returncode != 0
    assert "SECRET_KEY" in stopped.stderr


def test_holidays_are_dates() -> None:
    asked = "from django.conf import settings as s; print(*sorted(s.ENTENTE_HOLIDAYS))"
    key = {"ENTENTE_SECRET_KEY": "only for this test " * 3}
    running = started(asked, **key, ENTENTE_HOLIDAYS="2026-12-25,2027-01-01")
    assert running.stdout.split() == ["2026-12-25", "2027-01-01"]
    stopped = started(asked, **key, ENTENTE_HOLIDAYS="Christmas")
    assert stopped.returncode != 0
    assert "ENTENTE_HOLIDAYS are dates" in stopped.stderr


def test_cookies_travel_encrypted_only_and_browsers_remember_it() -> None:
    running = started(ASKED, ENTENTE_SECRET_KEY="only for this test " * 3)
    assert running.stdout.split() == ["True", "True", "True", "True", str(365 * 24 * 60 * 60), "False"]
