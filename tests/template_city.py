"""Builds the template database of the tests: the demo's city, and a session for each of the cast."""

from datetime import timedelta

import django

django.setup()

from entente.audit import clock  # noqa: E402
from entente.config.database import prepare_database  # noqa: E402
from entente.demo.city import build_city  # noqa: E402
from entente.people.models import Account, Session  # noqa: E402
from entente.people.session_store import key_hash  # noqa: E402


def session_key(first_name: str) -> str:
    """The key of a cast member's session in tests."""
    return f"session-of-{first_name}"


def main() -> None:
    """Build it."""
    prepare_database()
    city = build_city()
    for first_name, member in city.members.items():
        Session.objects.create(
            key_hash=key_hash(session_key(first_name)),
            account=Account.objects.get(person_id=member.person_id),
            is_strong=True,
            signed_in_with="demo",
            content="",
            expires_at=clock.now() + timedelta(days=365),
        )


if __name__ == "__main__":
    main()
