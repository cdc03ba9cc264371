"""Coming in, setting up how one signs in, and seeing where one is signed in."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import PasswordSetView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from entente.people import queries, rules, services
from entente.people.adapters import is_spare
from entente.people.forms import InvitationForm, LanguageForm
from entente.people.models import Account
from entente.people.session_store import key_hash
from entente.people.sign_in import MemberRequest, holder, set_language_cookie

# In a session: it began with the link of an invitation, so the mailbox is proven.
INVITED = "invited"


@never_cache
def accept_invitation(request: HttpRequest, account: uuid.UUID, token: str) -> HttpResponse:
    """What a link opens: choose a passkey, or a password with one-time codes. Looking spends nothing."""
    invited = queries.invited_account(account, token)
    if invited is None:
        return render(request, "people/invitation_over.html", status=410)
    form = InvitationForm(request.POST if "password" in request.POST else None, account=invited)
    if request.method == "POST" and ("passkey" in request.POST or form.is_valid()):
        password = form.cleaned_data["password"] if form.is_bound and form.is_valid() else ""
        services.accept_invitation(account, token, by=holder(invited), password=password)
        return _let_in(request, invited, next_page="mfa_activate_totp" if password else "mfa_add_webauthn")
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    context = {"form": form, "address": invited.email}
    with override(chosen if chosen in dict(settings.LANGUAGES) else invited.language):
        return render(request, "people/accept_invitation.html", context)


def _let_in(request: HttpRequest, account: Account, *, next_page: str) -> HttpResponse:
    account = Account.objects.get(pk=account.pk)
    get_adapter().login(request, account)
    record_authentication(request, account, "invitation", reauthenticated=True)
    request.session[INVITED] = True
    response = redirect(next_page)
    set_language_cookie(response, account.language)
    return response


@login_required
@require_POST
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """A password is there and nothing else: go on from a new link."""
    account = _account(request)
    services.ask_for_link(account, by=holder(account))
    messages.success(request, _("A new link is on its way to your mailbox. It works for a day."))
    return redirect("mfa_index")


def _account(request: HttpRequest) -> Account:
    account: Account = request.user  # type: ignore[assignment]
    return account


class _MayAddFactor:
    """A new way to sign in, in a session that began with an invitation or with a second factor."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            is_strong = request.session.is_strong  # type: ignore[attr-defined]
            is_invited = INVITED in request.session
            rules.may_add_factor(_account(request), is_strong=is_strong, is_invited=is_invited).require()
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def added(self, authenticator: Authenticator) -> None:
        """The session is strong at once.

        It began with the link (the mailbox) and the new factor has just answered our own challenge, a passkey
        with its holder verified. Asking for the same factor again at once would prove nothing more.
        """
        account = _account(self.request)
        services.note_factor(account, by=holder(account), change="added")
        if not self.request.session.is_strong:  # type: ignore[attr-defined]
            noted = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
            record_authentication(self.request, account, "mfa", **noted)
            self.request.session.cycle_key()


class AddPasskey(_MayAddFactor, AddWebAuthnView):  # type: ignore[misc]
    """Always a passkey in full: kept on the device, its holder verified."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # allauth drops the form with its errors here, and asks for less than a passkey.
        context["form"] = kwargs.get("form") or context["form"]
        options = auth.begin_registration(self.request.user, passwordless=True)
        context["js_data"] = {"creation_options": options}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        account = _account(self.request)
        kind = Authenticator.Type.WEBAUTHN
        self.added(Authenticator.objects.filter(user=account, type=kind).latest("created_at", "pk"))
        # Recovery codes stand in for one-time codes, after the password: without one they open nothing.
        return response if account.has_usable_password() else redirect("mfa_index")


class SetUpCodes(_MayAddFactor, ActivateTOTPView):  # type: ignore[misc]
    """One-time codes need the password they come after."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            messages.info(request, _("One-time codes come after a password: please set one first."))
            return redirect("account_set_password")
        if not request.user.is_authenticated:
            return redirect(settings.LOGIN_URL)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.added(Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP))
        return response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Never the last way in."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not is_spare(self.object):
            messages.warning(self.request, _("This is your only second factor. Set up another one first."))
            return redirect("mfa_list_webauthn")
        account = _account(self.request)
        services.note_factor(account, by=holder(account), change="removed")
        response: HttpResponse = super().form_valid(form)
        return response


class SetPassword(_MayAddFactor, PasswordSetView):  # type: ignore[misc]
    """A first password, as carefully as a factor."""


add_passkey = AddPasskey.as_view()
set_up_codes = SetUpCodes.as_view()
remove_passkey = RemovePasskey.as_view()
set_password = login_required(reauthentication_required(app="allauth.mfa")(SetPassword.as_view()))


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language from now on, and come back to the same one."""
    wanted = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect(wanted if safe else "/")
    language = form.cleaned_data["language"]
    response = redirect(translate_url(wanted, language) if safe else "/")
    set_language_cookie(response, language)
    if request.user.is_authenticated:
        services.choose_language(_account(request), by=holder(_account(request)), language=language)
    return response


def sessions(request: MemberRequest) -> HttpResponse:
    """Where the member is signed in now."""
    own = queries.own_sessions(request.member)
    here = key_hash(request.session.session_key or "")
    context = {"sessions": own, "here": here, "others": sum(session.pk != here for session in own)}
    return render(request, "people/sessions.html", context)


@require_POST
def end_session(request: MemberRequest, session: uuid.UUID) -> HttpResponse:
    """Sign oneself out somewhere; here too."""
    found = get_object_or_404(queries.own_sessions(request.member), id=session)
    if found.pk == key_hash(request.session.session_key or ""):
        return redirect("account_logout")
    services.end_session(found, by=request.member)
    messages.success(request, _("You are signed out there."))
    return redirect("people:sessions")


@require_POST
def end_other_sessions(request: MemberRequest) -> HttpResponse:
    """Sign oneself out everywhere but here."""
    here = queries.own_sessions(request.member).filter(pk=key_hash(request.session.session_key or "")).first()
    if here is None:
        raise Http404
    ended = services.end_other_sessions(here, by=request.member)
    told = ngettext("%(number)d other sign-in is ended.", "%(number)d other sign-ins are ended.", ended)
    messages.success(request, told % {"number": ended})
    return redirect("people:sessions")
