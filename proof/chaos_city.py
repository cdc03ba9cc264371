"""The city the chaos run writes into: built as the owner, with a session for everybody who writes.

`python -m proof.chaos_city` prints what the writers need as one line of JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Build it on the database of DATABASE_URL."""
    import django

    django.setup()
    from entente.config.database import prepare_database
    from entente.demo.city import build_city

    prepare_database()
    city = build_city()
    sys.stdout.write(json.dumps(_scene(city.members)) + "\n")


def _scene(members: dict[str, Any]) -> dict[str, Any]:
    """Who writes, on what: the colleagues of the coordinator, their records, the open dialogue."""
    from entente.audit.actors import acting, job
    from entente.dialogue.models import Dialogue, Statement

    owner = members["amina"].organisation_id
    colleagues = [member for member in members.values() if member.organisation_id == owner]
    by = job("chaos", None)
    with acting(by):
        records = Dialogue.objects.visible_to(by).filter(owner_id=owner)
        dialogue = records.get(state=Dialogue.State.OPEN)
        statements = Statement.objects.visible_to(by).filter(dialogue=dialogue)
        accepted = statements.filter(state=Statement.State.ACCEPTED)
        return {
            "records": sorted(record.reference for record in records),
            "dialogue": dialogue.reference,
            "statements": sorted(statement.number or 0 for statement in accepted),
            "members": [_signed_in(member) for member in colleagues],
        }


def _signed_in(member: Any) -> dict[str, str]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from entente.people.models import Account
    from entente.people.session_store import SessionStore

    account = Account.objects.get(person_id=member.person_id)
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store["signed_in_with"] = "demo"
    store.create()
    return {"member": str(member.pk), "account": str(account.pk), "session": store.session_key or ""}


if __name__ == "__main__":
    main()
