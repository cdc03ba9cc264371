"""The page on which a dialogue is written in another language, beside the original."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from entente.dialogue import queries, services
from entente.dialogue.forms.translating import TranslationForm
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.views.steps import dialogue_to_run
from entente.people.sign_in import MemberRequest
from entente.records.queries import translations_of

PAGE = 50


def translate_dialogue(request: MemberRequest, reference: str, language: str) -> HttpResponse:
    """All texts of one language on one form; statements fifty a page."""
    dialogue = dialogue_to_run(request, reference)
    if language not in dict(settings.LANGUAGES) or language == dialogue.language:
        raise Http404
    page = Paginator(queries.statements(dialogue, request.member), PAGE).get_page(request.GET.get("page"))
    known = translations_of(dialogue.pk, request.member, language)
    form = TranslationForm(
        request.POST or None, dialogue=dialogue, statements=list(page), language=language, known=known
    )
    if form.is_valid():
        number = _write(dialogue, list(page), form, language, request)
        said = ngettext("%(number)d text is saved.", "%(number)d texts are saved.", number)
        messages.success(request, said % {"number": number})
        here = reverse("dialogue_staff:translate_dialogue", args=[reference, language])
        return redirect(f"{here}?page={page.number}")
    name = dict(settings.LANGUAGES)[language]
    context = {"dialogue": dialogue, "form": form, "language": language, "language_name": name, "page": page}
    return render(request, "dialogue_staff/translate_dialogue.html", context)


def _write(
    dialogue: Dialogue,
    statements: list[Statement],
    form: TranslationForm,
    language: str,
    request: MemberRequest,
) -> int:
    """Only what changed is written, so that the log tells what somebody did."""
    changed, is_checked = form.changed(), form.cleaned_data["is_checked"]
    texts = {field: text for (about, field), text in changed.items() if about == dialogue.pk}
    if texts:
        services.translate_dialogue(
            dialogue, by=request.member, language=language, texts=texts, is_checked=is_checked
        )
    for row in statements:
        if (row.pk, "text") in changed:
            services.translate_statement(
                row, by=request.member, language=language, text=changed[row.pk, "text"], is_checked=is_checked
            )
    return len(changed)
