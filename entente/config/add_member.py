"""`entente add-member`: somebody who acts for an organisation from now on, and the link that lets them in."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from entente.audit.actors import acting, job
from entente.people import services
from entente.people.invitations import links
from entente.people.models import Membership, Organisation

DONE, NOT_ADDED = 0, 1
SOFTWARE = job("entente add-member", None)


def add_member(
    organisation: str,
    *,
    person: str,
    email: str,
    role: str,
    language: str,
    shows_link: bool,
    say: Callable[[str], object] = print,
) -> int:
    """Add them to the organisation with this short name, and mail or show the link; as the owner.

    Exit codes: 0 added, 1 not, with the reason.
    """
    with acting(SOFTWARE):
        found = Organisation.objects.filter(slug=organisation).first()
        wrong = _what_is_wrong(found, organisation, person, email)
        if wrong or found is None:
            say(f"{wrong} Nothing was changed.")
            return NOT_ADDED
        member = services.add_member(
            found, by=SOFTWARE, name=person, email=email, role=role, languages=[language]
        )
        account = services.invite_member(member, by=SOFTWARE, is_mailed=not shows_link)
        say(f"{member.person} acts for {found} from now on.")
        say(links.address(account) if shows_link else f"The invitation goes to {account.email}.")
    return DONE


def _what_is_wrong(found: Organisation | None, slug: str, person: str, email: str) -> str:
    """Why nobody can be added; empty when somebody can."""
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)[:50])
        return f"No organisation has the short name {slug}. Known: {known}."
    if not any(sign.isalnum() for sign in person) or len(person) > 200:
        return "The person needs a name of at most 200 characters."
    try:
        validate_email(email)
    except ValidationError:
        return f"“{email}” is not an e-mail address."
    taken = Membership.objects.filter(person__email__iexact=email, ended_at=None).first()
    return f"{email} belongs to {taken} already." if taken else ""
