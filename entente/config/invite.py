"""`entente invite`: lets a member in, the first one above all."""

from __future__ import annotations

from collections.abc import Callable

from entente.audit.actors import acting, job
from entente.people import services
from entente.people.invitations import links
from entente.people.models import Membership


def invite(address: str, *, shows_link: bool, say: Callable[[str], object] = print) -> int:
    """Mail the member with this address a link to sign in, or show it here; as the owner.

    Also the way back in for somebody who lost every passkey and code: make sure that it is them.
    The result is the process's exit code.
    """
    by = job("entente invite", None)
    with acting(by):
        found = Membership.objects.select_related("person", "organisation")
        member = found.filter(person__email__iexact=address, ended_at=None).first()
        if member is None:
            say(f"Nobody with the address {address} acts for an organisation here.")
            return 1
        account = services.invite_member(member, by=by, is_mailed=not shows_link)
        if shows_link:
            say(links.address(account))
        else:
            say(f"The invitation for {member} goes to {account.email} as soon as the worker runs.")
    return 0
