"""The page of one dialogue for those who run it, and what they write on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.models import Event
from entente.audit.queries import history
from entente.dialogue import queries, rules, sentences
from entente.dialogue.events import in_sentence
from entente.dialogue.models import Analysis, Dialogue, Outcome, Statement, Stratum
from entente.dialogue.turnout_bars import bars
from entente.dialogue.views.steps import own_dialogue, public_page
from entente.people.queries import area_names
from entente.people.sign_in import MemberRequest
from entente.records.forms.working import ActionForm, NoteForm
from entente.records.queries import actions_on, notes_on
from entente.records.reading import why

EVENTS = 12
MANY = 12  # statements from which their table is folded
STATEMENTS_SHOWN = 100
# Rousseeuw (1987): below 0.25 no structure to speak of, below 0.5 a weak one, from 0.7 a strong one.
SEPARATION = (
    (0.7, gettext_lazy("The groups stand clearly apart.")),
    (0.5, gettext_lazy("The groups stand apart.")),
    (0.25, gettext_lazy("The groups overlap somewhat.")),
    (-1.0, gettext_lazy("The groups overlap a lot.")),
)


@dataclass(frozen=True)
class Next:
    """What should happen next: the page to go to, its name, and why."""

    page: str
    label: Promise | str
    why: Promise | str


def manage_dialogue(request: MemberRequest, reference: str) -> HttpResponse:
    """Everything about one dialogue on one page, the main next step first, the history at the end."""
    dialogue = own_dialogue(request, reference)
    reader, at = request.member, clock.now()
    analysis = queries.newest_analysis(dialogue, reader)
    published = queries.published_outcome(dialogue, reader)
    waiting = queries.waiting_counts([dialogue.pk], reader).get(dialogue.pk, 0)
    accepted = queries.statements(dialogue, reader)
    number, rows = accepted.count(), list(accepted[:STATEMENTS_SHOWN])
    may_run = rules.may_edit_dialogue(reader, dialogue, at)
    texts = queries.wording(dialogue, rows, get_language() or "en", reader)
    step = _next_step(dialogue, number, waiting, analysis, published) if may_run else None
    context = {
        "dialogue": dialogue,
        "texts": texts,
        "today": clock.today(),
        "state_kind": queries.STATE_KINDS[Dialogue.State(dialogue.state)],
        "because": why(dialogue, reader),
        "may_run": may_run,
        "is_over": dialogue.closes_at is not None and dialogue.closes_at <= at,
        "next": step,
        "next_url": reverse(f"dialogue_staff:{step.page}", args=[dialogue.reference]) if step else "",
        "waiting": waiting,
        "accepted": number,
        "many_statements": len(rows) > MANY,
        "statement_rows": _statements(rows, analysis, texts),
        "statements_left": max(number - len(rows), 0),
        "rejected": queries.statements(dialogue, reader, Statement.State.REJECTED).count(),
        "analysis": analysis,
        "groups": _groups(analysis),
        "published": published,
        "public_page": public_page("dialogue", dialogue),
        "report_page": public_page("report", dialogue),
        "other_languages": [pair for pair in _names(dialogue) if pair[0] != dialogue.language],
        "actions": actions_on(dialogue, reader),
        "notes": notes_on(dialogue, reader),
        "note_form": NoteForm(),
        "action_form": ActionForm(by=reader),
        "can_end": dialogue.state in {Dialogue.State.OPEN, Dialogue.State.FROZEN},
        **_codes(dialogue, request),
        **_turnout(dialogue, request),
        **_history(dialogue, request),
    }
    return render(request, "dialogue_staff/manage_dialogue.html", context)


def _names(dialogue: Dialogue) -> list[tuple[str, Any]]:
    known = dict(settings.LANGUAGES)
    return [(code, known[code]) for code in dialogue.languages if code in known]


def _next_step(
    dialogue: Dialogue, statements: int, waiting: int, analysis: Analysis | None, published: Outcome | None
) -> Next | None:
    """The one thing to do now."""
    if dialogue.state == Dialogue.State.DRAFT:
        return _before_opening(dialogue, statements)
    if waiting and dialogue.state != Dialogue.State.CLOSED:
        return Next(
            "moderate_statements",
            _("Read what residents wrote"),
            _("Statements wait until somebody has read them."),
        )
    if dialogue.state == Dialogue.State.FROZEN:
        return Next(
            "unfreeze_dialogue",
            _("Let people answer again"),
            _("The dialogue is paused; everybody reads your reason."),
        )
    if dialogue.state == Dialogue.State.OPEN:
        if dialogue.closes_at is not None and dialogue.closes_at <= clock.now():
            return Next(
                "close_dialogue",
                _("Close the dialogue"),
                _("The closing date has passed; nobody can answer any more."),
            )
        return Next(
            "make_codes",
            _("Invite more people"),
            _("The dialogue is open. Letters reach those who never see a link."),
        )
    return _after_closing(dialogue, analysis, published)


def _before_opening(dialogue: Dialogue, statements: int) -> Next:
    if not dialogue.policy.strip():
        return Next(
            "edit_dialogue",
            _("Write how statements are moderated"),
            _("Everybody reads this policy before they write."),
        )
    if statements < rules.LEAST_STATEMENTS:
        return Next(
            "add_statement", _("Add the first statements"), _("The first visitors need something to answer.")
        )
    return Next(
        "open_dialogue",
        _("Open the dialogue"),
        _("Everything is ready. From then on, everybody can read and answer."),
    )


def _after_closing(dialogue: Dialogue, analysis: Analysis | None, published: Outcome | None) -> Next | None:
    if not dialogue.heard.strip() or not dialogue.limits.strip():
        return Next(
            "edit_report",
            _("Say what you heard"),
            _("People gave their time. They want to know what you understood."),
        )
    if published is None and analysis is not None:
        return Next(
            "publish_outcome",
            _("Publish what was heard"),
            _("Your words and the result are ready for everybody."),
        )
    if (
        published is not None
        and analysis is not None
        and _left_out(analysis.result) != _left_out(published.content)
    ):
        return Next(
            "publish_outcome",
            _("Publish a new edition"),
            _("Which voices are left out has changed since the result was published."),
        )
    return None


def _left_out(result: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((row["stratum"], row["reason"]) for row in result.get("excluded", []))


def _statements(
    rows: list[Statement], analysis: Analysis | None, texts: dict[Any, Any]
) -> list[dict[str, Any]]:
    found = analysis.result if analysis else {"numbers": [], "totals": []}
    totals = dict(zip(found["numbers"], found["totals"], strict=True))
    empty = [0, 0, 0]
    origins = {value: str(label) for value, label in Statement.Origin.choices}
    return [
        {
            "statement": row,
            "text": texts[row.pk],
            "origin": origins[row.origin],
            "counts": totals.get(row.number, empty),
        }
        for row in rows
    ]


def _groups(analysis: Analysis | None) -> dict[str, Any] | None:
    """How many people think alike, and how clearly the groups stand apart."""
    if analysis is None:
        return None
    result = analysis.result
    silhouette = result["silhouette"]
    apart = next((words for least, words in SEPARATION if (silhouette or 0) >= least), "")
    stability = result.get("stability")
    known = {"is_clear": result["clear"], "stability": stability if isinstance(stability, dict) else None}
    return {
        "is_clear": result["clear"],
        "stable": sentences.how_stable(known),
        "stable_means": sentences.what_stable_means(known),
        "basis": result.get("basis", ""),
        "groups": [
            {"name": sentences.group_name(place), "size": group["size"]}
            for place, group in enumerate(result["groups"])
        ],
        "eligible": result["eligible"],
        "fewest_votes": result["fewest_votes"],
        "silhouette": silhouette,
        "apart": apart,
        "bridging": len(result["bridging"]),
        "dividing": len(result["dividing"]),
    }


def _turnout(dialogue: Dialogue, request: MemberRequest) -> dict[str, Any]:
    """Numbers, and votes by day as a picture with its table."""
    turnout = queries.turnout(dialogue, request.member)
    people, votes = queries.turnouts([dialogue.pk], request.member).get(dialogue.pk, (0, 0))
    drawn = bars([(row["day"], row["votes"]) for row in turnout["by_day"]], from_right=get_language_bidi())
    picture = render_to_string(
        "dialogue_staff/parts/turnout_picture.html", {"bars": drawn, "is_rtl": get_language_bidi()}
    )
    return {
        "people": people,
        "votes": votes,
        "by_stratum": [{**row, "label": Stratum(row["stratum"]).label} for row in turnout["by_stratum"]],
        "bars": drawn,
        "busiest": max(drawn, key=lambda bar: bar.votes) if drawn else None,
        "turnout_picture": picture,
    }


def _codes(dialogue: Dialogue, request: MemberRequest) -> dict[str, Any]:
    """How many codes were made and used, together and by batch."""
    rows = queries.codes(dialogue, request.member)
    districts = area_names(request.member)
    letters = [row for row in rows if row["stratum"] == Stratum.LETTER]
    return {
        "codes": [
            {
                **row,
                "label": Stratum(row["stratum"]).label,
                "district": districts.get(row["area"], row["area"]),
            }
            for row in rows
        ],
        "letters": {name: sum(row[name] for row in letters) for name in ("number", "used")},
        "sessions": sum(row["number"] for row in rows) - sum(row["number"] for row in letters),
    }


def _history(dialogue: Dialogue, request: MemberRequest) -> dict[str, Any]:
    page = Paginator(history(dialogue.pk, request.member), EVENTS).get_page(request.GET.get("page"))
    return {"events": page, "entries": _entries(page, request)}


def _entries(page: Page[Event], request: MemberRequest) -> list[dict[str, Any]]:
    about = [event.about_id for event in page if event.about_kind == Statement._meta.label_lower]
    found = Statement.objects.visible_to(request.member).filter(pk__in=about)
    texts = dict(found.values_list("pk", "text"))
    return [{"sentence": in_sentence(event, texts), "at": event.at, "why": event.why} for event in page]
