"""Says who is asking: one transaction for each request, begun with what the request can prove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.contrib import messages
from django.db import models, transaction
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from entente.audit.actors import VISITOR, Actor, Credential, acting, begin
from entente.audit.decisions import Refused
from entente.audit.services import log
from entente.people.models import Member, Membership

STAFF = "/staff/"


class MemberRequest(HttpRequest):
    """A request whose sender signed in and acts for an organisation."""

    member: Member


class NotProven(Exception):
    """The database did not accept a credential."""


def prove(credential: Credential) -> None:
    """Begin with a credential somebody sent us. Raises NotProven."""
    try:
        with transaction.atomic():
            begin(_Claim(credential))
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg.errors.InvalidAuthorizationSpecification):
            raise NotProven from error
        raise


class _Claim:
    """An actor of whom only the credential is known yet."""

    actor_kind = "claim"
    actor_id = actor_organisation_id = None
    actor_name = ""

    def __init__(self, credential: Credential) -> None:
        self.credential = credential


def member_with(session_key: str) -> Member:
    """The member whose session this is. Raises NotProven."""
    credential = Credential("session", session_key)
    prove(credential)
    who = models.Func(function="authz.member", output_field=models.UUIDField())
    member = Membership.objects.select_related("person", "organisation").get(pk=who)
    member.credential = credential
    return member


class ActorMiddleware:
    """Runs each view in one transaction in which the database knows who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Call the view ourselves: a setting made here is then in the view's own transaction."""
        is_staff = request.path.startswith(STAFF)
        if is_staff and not request.user.is_authenticated:
            return redirect(f"{settings.LOGIN_URL}")
        try:
            with transaction.atomic():
                reader: Actor = VISITOR
                if is_staff:
                    reader = request.member = member_with(request.session.session_key or "")  # type: ignore[attr-defined]
                with acting(reader):
                    return view(request, *args, **kwargs)
        except NotProven:
            return self.not_proven(request)
        except Refused as refused:
            return self.refuse(request, refused)

    def not_proven(self, request: HttpRequest) -> HttpResponse:
        """Signed in, but without a second factor or a membership that lasts."""
        messages.info(request, _("Set up a passkey or a one-time code first; it takes a minute."))
        return redirect("mfa_index")

    def refuse(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        """Tell the reason, and log it after the rollback."""
        actor: Actor = request.member or VISITOR  # type: ignore[attr-defined]
        match = request.resolver_match
        with acting(actor):
            log(
                f"{match.app_name if match else ''}.refused",
                by=actor,
                about=None,
                decision=refused.decision,
                details={"page": match.view_name if match else ""},
            )
        context = {"reason": str(refused.decision)}
        return render(request, "403.html", context, status=403)
