"""The pages on which the city says what it heard, sees what will be public, and publishes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.dialogue import queries, rules, sentences, services
from entente.dialogue.forms.running import ReportForm
from entente.dialogue.models import Dialogue
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run, kept_refusal, public_page, to_record
from entente.people.sign_in import MemberRequest

LISTED = 10


def edit_report(request: MemberRequest, reference: str) -> HttpResponse:
    """The city's own words about the result, with what will be public beside them."""
    dialogue = dialogue_to_run(request, reference)
    form = ReportForm(request.POST or None, dialogue=dialogue)
    if form.is_valid():
        services.edit_dialogue(dialogue, by=request.member, **form.cleaned_data)
        messages.success(request, _("Your words are saved. They are public once you publish the result."))
        ready = dialogue.state == Dialogue.State.CLOSED and "publish" in request.POST
        return redirect("dialogue_staff:publish_outcome", reference) if ready else to_record(dialogue)
    context = {"dialogue": dialogue, "form": form, **_preview(dialogue, request)}
    return render(request, "dialogue_staff/edit_report.html", context)


def publish_outcome(request: MemberRequest, reference: str) -> HttpResponse:
    """Show exactly what everybody will read, then publish it."""
    dialogue = dialogue_to_run(request, reference)
    decision = _may_publish(dialogue, request)
    if request.method == "POST":
        try:
            services.publish_outcome(dialogue, by=request.member, after=_seen(request))
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            messages.success(request, _("The result is published. Everybody can read it."))
            return to_record(dialogue)
    refusal = "" if decision else str(decision)
    context = {"dialogue": dialogue, "refusal": refusal, **_preview(dialogue, request)}
    context |= {"words": queries.wording(dialogue, [], get_language() or "en", request.member)}
    before = queries.published_outcome(dialogue, request.member)
    context |= {"report_page": public_page("report", dialogue), "edition": before.number if before else 0}
    return render(
        request, "dialogue_staff/publish_outcome.html", context, status=REFUSED_HERE if refusal else 200
    )


def _seen(request: MemberRequest) -> int | None:
    """The newest edition on the page that was sent."""
    asked = request.GET.get("after", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None


def _may_publish(dialogue: Dialogue, request: MemberRequest) -> Decision:
    is_analysed = queries.newest_analysis(dialogue, request.member) is not None
    return rules.may_publish_outcome(request.member, dialogue, is_analysed=is_analysed, at=clock.now())


def _preview(dialogue: Dialogue, request: MemberRequest) -> dict[str, Any]:
    """The protected result as it would be published now."""
    content = queries.outcome_to_publish(dialogue, request.member)
    if content is None:
        return {"preview": None}
    rows = list(queries.statements(dialogue, request.member))
    texts = queries.wording(dialogue, rows, get_language() or "en", request.member)
    worded = {row.number: texts[row.pk] for row in rows}

    def listed(part: list[dict[str, Any]]) -> list[Any]:
        return [worded[row["statement"]] for row in part[:LISTED] if row["statement"] in worded]

    hidden = sum(cell is None for cell in content["shares"].values())
    return {
        "preview": content,
        "agreed": listed([row for row in content["bridging"] if row["direction"] > 0]),
        "rejected": listed([row for row in content["bridging"] if row["direction"] < 0]),
        "dividing": listed(content["dividing"]),
        "shown": len(content["shares"]) - hidden,
        "hidden": hidden,
        "took_part": [
            (sentences.way_in(name), number) for name, number in content["took_part"]["stratum"].items()
        ],
        **_in_words(content),
    }


def _in_words(content: dict[str, Any]) -> dict[str, Any]:
    """The groups by their letters, how stable they are, and whom the result rests on."""
    groups = content["groups"] if content["is_clear"] else []
    return {
        "preview_groups": [
            {"name": sentences.group_name(place), "size": group["size"]} for place, group in enumerate(groups)
        ],
        "no_groups": sentences.groups_found(content),
        "stable": sentences.how_stable(content),
        "stable_means": sentences.what_stable_means(content),
        "rests_on": sentences.what_it_rests_on(content),
        "excluded": [
            {"said": sentences.left_out(row), "reason": row["reason"]} for row in content["excluded"]
        ],
    }
