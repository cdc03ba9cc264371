"""The pages of a coordinator: list, draft, edit, add statements, open, pause and close."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.running import (
    DialogueForm,
    EditDialogueForm,
    FilterForm,
    FreezeForm,
    StatementsForm,
)
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.sentences import language_name
from entente.dialogue.views.steps import (
    REFUSED_HERE,
    dialogue_to_run,
    kept_refusal,
    public_page,
    to_record,
)
from entente.people.sign_in import MemberRequest
from entente.records import queries as records

PAGE = 50


def dialogue_list(request: MemberRequest) -> HttpResponse:
    """The organisation's dialogues, with what waits in each."""
    form = FilterForm(request.GET or None)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    own = queries.dialogues(request.member)
    page = Paginator(own.filter(state=state) if state else own, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "dialogue_staff/dialogue_list.html",
        {
            "filter": form if form.is_bound else FilterForm(),
            "state": state,
            "page": page,
            "rows": _rows(page, request),
            "query": f"state={state}" if state else "",
            "may_draft": rules.may_draft_dialogue(request.member, clock.now()),
        },
    )


def _rows(page: Page[Dialogue], request: MemberRequest) -> list[dict[str, Any]]:
    """Everything the page shows of each, with as few look-ups as can be: it is the busiest page there is."""
    found = list(page)
    ids = [dialogue.pk for dialogue in found]
    waiting = queries.waiting_counts(ids, request.member)
    turnout = queries.turnouts(ids, request.member)
    titles = records.titles(found, get_language() or "en", request.member)
    states = {state: capfirst(state.label) for state in Dialogue.State}
    here = reverse("dialogue_staff:dialogue_list")
    rows = []
    for dialogue in found:
        people, votes = turnout.get(dialogue.pk, (0, 0))
        state = Dialogue.State(dialogue.state)
        row = {
            "dialogue": dialogue,
            "reference": dialogue.reference,
            "title": titles[dialogue.pk],
            "url": f"{here}{dialogue.reference}/",
            "kind": queries.STATE_KINDS[state],
            "state": states[state],
            "waiting": waiting.get(dialogue.pk, 0),
            "people": people,
            "votes": votes,
            "closes_at": dialogue.closes_at,
        }
        rows.append(row)
    return rows


def draft_dialogue(request: MemberRequest) -> HttpResponse:
    """Start a dialogue. The same draft sent twice is one draft."""
    rules.may_draft_dialogue(request.member, clock.now()).require()
    form = DialogueForm(request.POST or None, initial={"language": get_language()})
    if form.is_valid():
        same = {
            "title": form.cleaned_data["title"],
            "question": form.cleaned_data["question"],
            "state": "draft",
        }
        if known := queries.dialogues(request.member).filter(**same).first():
            messages.info(request, _("This draft is already here; it was not made a second time."))
            return to_record(known)
        dialogue = services.draft_dialogue(by=request.member, **form.cleaned_data)
        messages.success(request, _("The draft is saved. Only your organisation sees it."))
        return to_record(dialogue)
    return render(request, "dialogue_staff/draft_dialogue.html", {"form": form})


def edit_dialogue(request: MemberRequest, reference: str) -> HttpResponse:
    """Change its texts in the language they were written in."""
    dialogue = dialogue_to_run(request, reference)
    form = EditDialogueForm(request.POST or None, dialogue=dialogue)
    refusal = ""
    if form.is_valid():
        try:
            services.edit_dialogue(dialogue, by=request.member, **form.cleaned_data)
        except Refused as refused:
            refusal = str(kept_refusal(request, dialogue, refused))
        else:
            messages.success(request, _("The texts are saved."))
            return to_record(dialogue)
    context = {"dialogue": dialogue, "form": form, "refusal": refusal}
    return render(
        request, "dialogue_staff/edit_dialogue.html", context, status=REFUSED_HERE if refusal else 200
    )


def add_statement(request: MemberRequest, reference: str) -> HttpResponse:
    """Statements by the city itself, several at once; those that exist are not added again."""
    dialogue = dialogue_to_run(request, reference)
    form = StatementsForm(request.POST or None, initial={"language": dialogue.language})
    decision = rules.may_add_statement(request.member, dialogue, clock.now())
    if decision and form.is_valid():
        added = _add_all(dialogue, form.cleaned_data["texts"], form.cleaned_data["language"], request)
        left = len(form.cleaned_data["texts"]) - added
        said = ngettext("%(number)d statement is added.", "%(number)d statements are added.", added)
        messages.success(request, said % {"number": added})
        if left:
            known = ngettext(
                "%(number)d was already there and was left out.",
                "%(number)d were already there and were left out.",
                left,
            )
            messages.info(request, known % {"number": left})
        return to_record(dialogue, "statements")
    context = {"dialogue": dialogue, "form": form, "refusal": "" if decision else str(decision)}
    return render(
        request, "dialogue_staff/add_statement.html", context, status=200 if decision else REFUSED_HERE
    )


def _add_all(dialogue: Dialogue, texts: list[str], language: str, request: MemberRequest) -> int:
    known = Statement.objects.visible_to(request.member).filter(dialogue_id=dialogue.pk, text__in=texts)
    new = [text for text in texts if text not in set(known.values_list("text", flat=True))]
    for text in new:
        services.add_statement(dialogue, by=request.member, text=text, language=language)
    return len(new)


def _step(
    request: MemberRequest, template: str, dialogue: Dialogue, decision: Decision, **context: Any
) -> HttpResponse:
    """A confirmation page, or the reason why this step can't be taken now."""
    return render(
        request,
        f"dialogue_staff/{template}.html",
        {"dialogue": dialogue, "refusal": "" if decision else str(decision), **context},
        status=200 if decision else REFUSED_HERE,
    )


def open_dialogue(request: MemberRequest, reference: str) -> HttpResponse:
    """Make it public and let everybody answer."""
    dialogue = dialogue_to_run(request, reference)
    statements = queries.statements(dialogue, request.member).count()
    decision = rules.may_open_dialogue(request.member, dialogue, statements, clock.now())
    if request.method == "POST":
        try:
            daily = _("Read what residents wrote")
            services.open_dialogue(dialogue, by=request.member, action=daily)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            messages.success(request, _("The dialogue is open. Everybody can read it and answer."))
            return to_record(dialogue)
    page = public_page("dialogue", dialogue)
    context = {
        "statements": statements,
        "public_page": page,
        "untranslated": _untranslated(dialogue, request),
    }
    return _step(request, "open_dialogue", dialogue, decision, **context)


def _untranslated(dialogue: Dialogue, request: MemberRequest) -> str:
    """The languages it is offered in without its question being translated, by name."""
    known = records.translations_of(dialogue.pk, request.member).get((dialogue.pk, "question"), {})
    missing = [code for code in dialogue.languages if code != dialogue.language and code not in known]
    return pgettext("between the members of a list", ", ").join(language_name(code) for code in missing)


def freeze_dialogue(request: MemberRequest, reference: str) -> HttpResponse:
    """Pause it, with a reason everybody reads."""
    dialogue = dialogue_to_run(request, reference)
    form = FreezeForm(request.POST or None)
    decision = rules.may_freeze_dialogue(request.member, dialogue, clock.now())
    if form.is_valid():
        try:
            services.freeze_dialogue(dialogue, by=request.member, reason=form.cleaned_data["reason"])
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            messages.success(request, _("The dialogue is paused. Everybody reads your reason."))
            return to_record(dialogue)
    return _step(request, "freeze_dialogue", dialogue, decision, form=form)


def unfreeze_dialogue(request: MemberRequest, reference: str) -> HttpResponse:
    """Let people answer again."""
    dialogue = dialogue_to_run(request, reference)
    decision = rules.may_unfreeze_dialogue(request.member, dialogue, clock.now())
    if request.method == "POST":
        try:
            services.unfreeze_dialogue(dialogue, by=request.member)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            messages.success(request, _("The dialogue is open again."))
            return to_record(dialogue)
    return _step(request, "unfreeze_dialogue", dialogue, decision)


def close_dialogue(request: MemberRequest, reference: str) -> HttpResponse:
    """End it for good."""
    dialogue = dialogue_to_run(request, reference)
    decision = rules.may_close_dialogue(request.member, dialogue, clock.now())
    if request.method == "POST":
        try:
            services.close_dialogue(dialogue, by=request.member)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            messages.success(request, _("The dialogue is closed. The result is being worked out."))
            return to_record(dialogue)
    waiting = queries.waiting_counts([dialogue.pk], request.member).get(dialogue.pk, 0)
    people, votes = queries.turnouts([dialogue.pk], request.member).get(dialogue.pk, (0, 0))
    return _step(request, "close_dialogue", dialogue, decision, waiting=waiting, people=people, votes=votes)
