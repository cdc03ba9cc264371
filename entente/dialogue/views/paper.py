"""Paper sheets of a session: printed before, typed in afterwards."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.audit import clock
from entente.audit.actors import acting, begin
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.codes import new_token
from entente.dialogue.forms.hosting import PaperForm, SheetForm
from entente.dialogue.models import Dialogue, HostedSession, Statement
from entente.dialogue.printed_sheets import MOST_ON_PAPER, sheet
from entente.dialogue.services.hosting import OtherAnswers
from entente.dialogue.views.hosting import session_to_host
from entente.dialogue.views.steps import REFUSED_HERE, kept_refusal
from entente.people.sign_in import MemberRequest

LAST_FOR = 60 * 60  # seconds in which the last sheet can be corrected
SALT = "sheet"


@require_safe
def paper_sheet(request: MemberRequest, reference: str, session_id: uuid.UUID) -> HttpResponse:
    """The sheet to print, in one language."""
    dialogue, hosted = session_to_host(request, reference, session_id)
    form = PaperForm(request.GET or None, languages=dialogue.languages, language=hosted.language)
    language = form.cleaned_data["shown_in"] if form.is_valid() else hosted.language
    rows = list(queries.statements(dialogue, request.member)[:MOST_ON_PAPER])
    if not rows:
        messages.warning(request, _("There is no statement to print yet."))
        return redirect("dialogue_staff:session", dialogue.reference, hosted.pk)
    texts = queries.wording(dialogue, rows, language, request.member)
    response = HttpResponse(sheet(dialogue, hosted, rows, texts, language), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{dialogue.reference}-sheet-{language}.pdf"'
    return response


def type_sheet(request: MemberRequest, reference: str, session_id: uuid.UUID) -> HttpResponse:
    """Type in one paper sheet after the other; the last one can be corrected."""
    dialogue, hosted = session_to_host(request, reference, session_id)
    hosted.dialogue = dialogue
    last = _last_sheet(request, hosted)
    is_correction = bool(last) and "last" in request.GET
    form = _form(request, hosted, last if is_correction else "")
    decision = rules.may_type_sheet(request.member, hosted, clock.now())
    if decision and form.is_valid():
        try:
            kept = _keep(request, hosted, form, last if is_correction else "")
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        except (OtherAnswers, Statement.DoesNotExist) as problem:
            form = _once_more(request, hosted, isinstance(problem, OtherAnswers))
        else:
            return _to_next(request, hosted, kept, is_correction=is_correction)
    return _page(request, hosted, form, "" if decision else str(decision), bool(last), is_correction)


def _form(request: MemberRequest, hosted: HostedSession, last: str) -> SheetForm:
    numbers = [row.number for row in _rows(request, hosted) if row.number is not None]
    languages = hosted.dialogue.languages
    if request.method == "POST":
        return SheetForm(request.POST, languages=languages, numbers=numbers)
    initial = {"sheet": new_token(), "language": request.GET.get("shown_in") or hosted.language}
    answers = _typed_last(request, hosted, last)
    return SheetForm(None, languages=languages, numbers=numbers, answers=answers, initial=initial)


def _rows(request: MemberRequest, hosted: HostedSession) -> list[Statement]:
    return list(queries.statements(hosted.dialogue, request.member))


def _last_sheet(request: MemberRequest, hosted: HostedSession) -> str:
    """The token of the sheet this browser typed in last."""
    try:
        token = signing.loads(request.COOKIES.get(_cookie(hosted), ""), salt=SALT, max_age=LAST_FOR)
    except signing.BadSignature:
        return ""
    return token if isinstance(token, str) else ""


def _cookie(hosted: HostedSession) -> str:
    return f"sheet-{hosted.pk}"


def _typed_last(request: MemberRequest, hosted: HostedSession, last: str) -> dict[int, int]:
    """What was typed from the last sheet, read back with its own token: members can't read votes."""
    voice = queries.participant_with(last) if last else None
    if voice is None:
        begin(request.member)
        return {}
    with acting(voice):
        answers = queries.own_votes(hosted.dialogue, voice)
    begin(request.member)
    return answers


def _keep(request: MemberRequest, hosted: HostedSession, form: SheetForm, last: str) -> str:
    """Count the sheet, or correct the last one; returns its token."""
    ids = {row.number: row.pk for row in _rows(request, hosted)}
    answers = {ids[number]: value for number, value in form.answers().items()}
    if last:
        services.correct_sheet(hosted, by=request.member, sheet=last, answers=answers)
        return last
    token = form.cleaned_data["sheet"] or new_token()
    language = form.cleaned_data["language"]
    services.type_sheet(hosted, by=request.member, sheet=token, answers=answers, language=language)
    return str(token)


def _once_more(request: MemberRequest, hosted: HostedSession, is_known: bool) -> SheetForm:
    """What was typed, in a form of its own, with what went wrong."""
    sent = request.POST.copy()
    sent["sheet"] = new_token()
    numbers = [row.number for row in _rows(request, hosted) if row.number is not None]
    form = SheetForm(sent, languages=hosted.dialogue.languages, numbers=numbers)
    said = _("A statement was turned down meanwhile. Compare the sheet and save again.")
    if is_known:
        said = _(
            "This page was sent before, with other answers; those are kept. If this is another sheet, save it"
            " now. If it is the same one, go back and correct the last sheet."
        )
    form.add_error(None, said)
    return form


def _to_next(
    request: MemberRequest, hosted: HostedSession, token: str, *, is_correction: bool
) -> HttpResponse:
    said = _("The sheet is corrected.") if is_correction else _("The sheet is counted. Here is the next one.")
    messages.success(request, said)
    here = _here(hosted)
    response = redirect(f"{here}?shown_in={request.POST.get('language', '')[:5]}")
    response.set_cookie(
        _cookie(hosted),
        signing.dumps(token, salt=SALT),
        max_age=LAST_FOR,
        path=here,
        httponly=True,
        samesite="Strict",
        secure=settings.CSRF_COOKIE_SECURE,
    )
    return response


def _here(hosted: HostedSession) -> str:
    return reverse("dialogue_staff:type_sheet", args=[hosted.dialogue.reference, hosted.pk])


def _page(
    request: MemberRequest,
    hosted: HostedSession,
    form: SheetForm,
    refusal: str,
    has_last: bool,
    is_correction: bool,
) -> HttpResponse:
    begin(request.member)
    dialogue: Dialogue = hosted.dialogue
    rows = _rows(request, hosted)
    language = str(form["language"].value() or "")
    if language not in dialogue.languages:
        language = get_language() or "en"
    texts = queries.wording(dialogue, rows, language, request.member)
    boxes = form.boxes()
    context: dict[str, Any] = {
        "dialogue": dialogue,
        "session": hosted,
        "form": form,
        "refusal": refusal,
        "lines": [
            {"number": row.number, "field": boxes[row.number], "worded": texts[row.pk]}
            for row in rows
            if row.number in boxes
        ],
        "sheets": queries.sheets_typed(hosted, request.member),
        "has_last": has_last,
        "is_correction": is_correction,
        "here": _here(hosted),
    }
    status = REFUSED_HERE if refusal else 400 if form.errors else 200
    response = render(request, "dialogue_staff/type_sheet.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
