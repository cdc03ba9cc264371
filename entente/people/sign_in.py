"""Says who is asking: one transaction for each request, begun with what the request can prove."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig
from django.db import models, transaction
from django.db.utils import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, Credential, Plain, acting, begin, begun
from entente.audit.decisions import Refused, refuse
from entente.audit.services import log
from entente.people.models import Account, Member, Membership
from entente.people.rate_limits import sender, within_limit

STAFF = "/staff/"
NEVER_KEPT = (STAFF, "/account/")  # what a shared computer must not show again after somebody signed out
# Where somebody may try passwords, codes and links, and how often in an hour: a whole town hall may share
# one connection, one person does not mistype twenty times.
TRIED_AT = {
    "account_login",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "accept_invitation",
}
TRIES_OF_A_CONNECTION = 300
TRIES_FOR_AN_ADDRESS = 20
FRESH = timedelta(minutes=5)
CHOOSE_AGAIN = gettext_lazy(
    "This takes a proof that is at most five minutes old. In this demo that is the click on a person: choose"
    " yourself again on the first screen, then come back."
)


def is_too_long(request: HttpRequest) -> bool:
    """Whether a request brings more than any form, to a page that does not look at the length itself.

    Django limits fields, not files: it would write them all to the disk before anybody asks for them.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return False
    try:
        return not getattr(resolve(request.path_info).func, "csrf_exempt", False)
    except Resolver404:
        return True


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Let this browser show pages in a language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )


def language_brought_along(request: HttpRequest) -> HttpResponse | None:
    """Public addresses carry the language and these don't: keep what a link brought as `?language=`."""
    language = request.GET.get("language", "")
    if not request.path.startswith(NEVER_KEPT) or language not in dict(settings.LANGUAGES):
        return None
    rest = request.GET.copy()
    del rest["language"]
    response = redirect(f"{request.path}?{rest.urlencode()}" if rest else request.path)
    set_language_cookie(response, language)
    return response


def has_fresh_proof(request: HttpRequest) -> bool:
    """Whether whoever is signed in used a passkey or a code within the last five minutes."""
    proven_at = request.session.proven_at  # type: ignore[attr-defined]
    return proven_at is not None and clock.now() - proven_at < FRESH


def require_fresh_proof(request: HttpRequest) -> None:
    """For what must not happen at a desk somebody has left: a passkey or a code, five minutes old at most.

    Raises ReauthenticationRequired, which asks for one and comes back to the same page. The demo's one click
    can't be asked for again: there it raises Refused, and one chooses the person once more.
    """
    if has_fresh_proof(request):
        return
    if "entente.demo" in settings.INSTALLED_APPS and request.session.get("signed_in_with") == "demo":
        raise refuse(CHOOSE_AGAIN).as_refusal()
    raise ReauthenticationRequired


class MemberRequest(HttpRequest):
    """A request whose sender signed in and acts for an organisation."""

    member: Member


class NotProven(Exception):
    """The database did not accept a credential."""


def prove(credential: Credential) -> None:
    """Begin with a credential somebody sent us; the transaction goes on without it. Raises NotProven."""
    with transaction.atomic():
        _claim(credential)


def _claim(credential: Credential) -> None:
    try:
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


def holder(account: Account) -> Actor:
    """The holder of an account at sign-in, before the database knows a member: may do what a visitor may."""
    return Plain("account", "", VISITOR.credential, actor_id=account.pk)


def may_try(request: HttpRequest) -> bool:
    """Count a try at a sign-in page; false once there were too many from a connection or for an address."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name not in TRIED_AT:
        return True
    if not within_limit("sign-in from", sender(request), at_most=TRIES_OF_A_CONNECTION):
        return False
    address = request.POST.get("login", "").strip().lower()
    return not address or within_limit("sign-in of", address, at_most=TRIES_FOR_AN_ADDRESS)


def member_with(session_key: str) -> Member:
    """The member whose session this is. Raises NotProven, and the transaction is over."""
    credential = Credential("session", session_key)
    _claim(credential)
    return member_of(credential)


def member_of(credential: Credential) -> Member:
    """The member the database derived from a credential it has just accepted."""
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
        if request.headers.get("X-Fragment") and hasattr(request, "session"):
            request.session.is_asked_by_page = True  # type: ignore[attr-defined]
        if is_too_long(request):
            raise RequestDataTooBig
        if "\0" in request.path_info:  # PostgreSQL has no text with it: nothing can stand there
            raise Http404
        if request.method == "GET" and (kept := language_brought_along(request)):
            return kept
        response = self.get_response(request)
        if request.path.startswith(NEVER_KEPT):
            add_never_cache_headers(response)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase:
        """Call the view ourselves: a setting made here is then in the view's own transaction."""
        is_staff = request.path.startswith(STAFF)
        if is_staff and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else STAFF)
        if not may_try(request):
            return render(request, "429.html", status=429)
        try:
            with transaction.atomic():
                reader: Actor = VISITOR
                if is_staff:
                    reader = request.member = member_with(request.session.session_key or "")  # type: ignore[attr-defined]
                else:
                    begin(reader)
                with begun(reader):
                    return _rendered(view(request, *args, **kwargs))
        except NotProven:
            return self.not_proven(request)
        except Refused as refused:
            return self.refuse(request, refused)
        except ImmediateHttpResponse as stopped:
            stop: HttpResponse = stopped.response
            return stop
        except ReauthenticationRequired:
            return self.ask_again(request)

    def not_proven(self, request: HttpRequest) -> HttpResponse:
        """Signed in, but without a second factor or without a membership that lasts."""
        if request.session.is_strong:  # type: ignore[attr-defined]
            return render(request, "people/no_membership.html", status=403)
        messages.info(request, _("Set up a passkey or one-time codes first; it takes a minute."))
        return redirect("mfa_index")

    def ask_again(self, request: HttpRequest) -> HttpResponse:
        """Changing how one signs in takes a proof that is at most five minutes old."""
        ways = get_adapter().get_reauthentication_methods(request.user)
        asked: HttpResponse = suspend_request(request, ways[0]["url"] if ways else settings.LOGIN_URL)
        return asked

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


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """A page that is made late reads as nobody: make it while the database knows who asks."""
    render_now = getattr(response, "render", None)
    made: HttpResponseBase = render_now() if callable(render_now) else response
    return made
