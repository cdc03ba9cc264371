"""What a link in a message opens: an organisation confirms or corrects its entry, without an account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from entente.audit import clock
from entente.audit.actors import VISITOR, Credential, Plain, acting, begin
from entente.audit.decisions import Refused
from entente.people.forms.directory import CorrectionForm, as_it_stands, written_in
from entente.people.models import Entry
from entente.people.queries import directory as queries
from entente.people.rate_limits import sender, within_limit
from entente.people.sentences.directory import entry_facts
from entente.people.services import confirming
from entente.people.services.entries import ChangedMeanwhile
from entente.people.sign_in import NotProven, prove
from entente.people.views.directory import told_meanwhile
from entente.people.vocabulary import language_name

TRIES = 120  # of a connection in an hour: a town hall shares one
OVER = 410
personal = cache_control(no_store=True, private=True)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_entry(request: HttpRequest, token: str) -> HttpResponse:
    """The entry as it stands, to be confirmed or corrected. Looking spends nothing."""
    if not within_limit("confirmation", sender(request), at_most=TRIES):
        return render(request, "429.html", {"wait_minutes": 60 - clock.now().minute}, status=429)
    credential = Credential("confirmation", token)
    try:
        prove(credential)
    except NotProven:
        return render(request, "people/confirmation_over.html", status=OVER)
    holder = Plain("confirmation", "", credential)
    try:
        with acting(holder):
            return _answer(request, credential)
    except Refused:
        return render(request, "people/confirmation_over.html", status=OVER)
    finally:
        begin(VISITOR)


def _answer(request: HttpRequest, credential: Credential) -> HttpResponse:
    """The page for whoever proved to hold the link of an entry."""
    holder = Plain("confirmation", "", credential)
    entry = Entry.objects.visible_to(holder).select_related("organisation", "keeper").get()
    holder = Plain("confirmation", str(entry.organisation.name), credential, actor_id=entry.pk)
    language = written_in(entry, get_language() or "en")
    districts = queries.areas(holder)
    is_correcting = request.method == "POST" and "correct" in request.POST
    form = CorrectionForm(
        request.POST if is_correcting else None, areas=districts, initial=as_it_stands(entry, language)
    )
    context: dict[str, Any] = {"entry": entry, "form": form, "facts": entry_facts(entry, districts)}
    context |= {"texts_in": language_name(language), "status": 400 if form.is_bound else 200}
    if request.method == "POST" and (not is_correcting or form.is_valid()):
        told: dict[str, Any] = {"values": None}
        if is_correcting:
            language = form.cleaned_data["written_in"] or language
            told = {"values": form.corrections, "seen": form.cleaned_data["seen"], "language": language}
        try:
            confirming.confirm_entry(entry, by=holder, **told)
        except ChangedMeanwhile as meanwhile:
            context |= told_meanwhile(entry, form, meanwhile)
        else:
            return render(request, "people/entry_confirmed.html", {"entry": entry})
    return render(request, "people/confirm_entry.html", context, status=context.pop("status"))
