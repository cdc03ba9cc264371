"""The pages of charters: one version, writing it, signing it, two versions side by side, and its paper."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from entente.agreements.forms import ReasonForm
from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.charter_texts import compared, paragraphs
from entente.partnership.forms.charters import CharterForm, ConsultForm, OpenForm, SignForm
from entente.partnership.models import Charter, Signature
from entente.partnership.printed_report import paper
from entente.partnership.queries import charters as queries
from entente.partnership.queries.groups import places_of
from entente.partnership.rules import charters as rules
from entente.partnership.rules import groups as group_rules
from entente.partnership.services import charters as services
from entente.partnership.views.groups import CHARTER_KINDS, EVERYBODY_THERE, found_or_404
from entente.partnership.views.steps import NOT_READ, REFUSED_HERE, Asked, Step, ask, note_refusal
from entente.people.sign_in import MemberRequest
from entente.ui.printing import NotPrinted

logger = logging.getLogger(__name__)
LANGUAGES = dict(settings.LANGUAGES)
MEMBERS = _("Every organisation that belongs to the group.")


def _charter_or_404(request: MemberRequest, reference: str, number: int) -> Charter:
    try:
        return queries.charter_with(reference, number, request.member)
    except Charter.DoesNotExist as none:
        raise Http404 from none


def _url(name: str, charter: Charter, *more: object) -> str:
    return reverse(f"partnership_staff:{name}", args=[charter.group.reference, charter.number, *more])


def _back(charter: Charter) -> dict[str, Any]:
    label = _("Version %(number)s of the charter") % {"number": charter.number}
    return {"back_url": _url("charter", charter), "back_label": str(label)}


def charter(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    """One version: its text, who signed it, who has not, and what can be done."""
    found = _charter_or_404(request, reference, number)
    return render(request, "partnership_staff/charter.html", _told(found, request) | _doable(found, request))


def _told(found: Charter, request: MemberRequest) -> dict[str, Any]:
    """What the page and the paper show."""
    signatures = queries.signatures_of(found, request.member)
    places = places_of(found.group, request.member)
    is_signed_now = found.state in queries.TO_SIGN
    return {
        "charter": found,
        "group": found.group,
        "kind": CHARTER_KINDS[Charter.State(found.state)],
        "label": capfirst(found.get_state_display()),
        "parts": [_part(part, found) for part in Charter.Part],
        "signatures": signatures,
        "missing": queries.unsigned(places, signatures) if is_signed_now else [],
        "hash_pieces": [found.text_hash[start : start + 8] for start in range(0, 64, 8) if found.text_hash],
    }


def _part(part: Charter.Part, found: Charter) -> dict[str, Any]:
    text = found.text(part.value)
    told: dict[str, str] = found.texts.get(part.value, {})
    language = next((code for code, said in told.items() if said == text), found.language)
    return {"key": part.value, "label": part.label, "language": language, "paragraphs": paragraphs(text)}


def _doable(found: Charter, request: MemberRequest) -> dict[str, Any]:
    by, at = request.member, clock.now()
    versions = queries.versions_of(found.group, by)
    signatures = queries.signatures_of(found, by)
    places = places_of(found.group, by)
    may_sign = rules.may_sign_charter(by, found, places, signatures, found.text_hash, at)
    is_draft = found.state in rules.BEFORE_SIGNING
    return {
        "may_sign": may_sign,
        "may_edit": rules.may_edit_charter(by, found, None, at),
        "may_consult": found.state == Charter.State.DRAFT and group_rules.may_keep_group(by, found.group),
        "may_open": found.state == Charter.State.CONSULTED and group_rules.may_keep_group(by, found.group),
        "may_withdraw": rules.may_withdraw_charter(by, found, at),
        "is_draft": is_draft,
        "others": [row for row in versions if row.pk != found.pk],
        "languages": LANGUAGES.items(),
    }


def draft_charter(request: MemberRequest, reference: str) -> HttpResponse:
    """Begin the next version."""
    group, by = found_or_404(request, reference), request.member
    step = Step(
        about=group,
        asked=Asked(
            label=_("Draft a version of the charter"),
            what=_(
                "A new version begins with the text of the newest one. The first one begins with a text in"
                " four languages that you can change as you like."
            ),
            to_whom=EVERYBODY_THERE,
            undo=_("Yes. A draft can be withdrawn."),
            done=_("The draft is there. Write what your group needs."),
        ),
        at_all=group_rules.runs_group(by, group),
        may=rules.may_draft_charter(by, group, queries.versions_of(group, by), clock.now()),
        back_url=reverse("partnership_staff:group", args=[reference]),
        back_label=str(group),
    )
    return ask(request, step, lambda given: services.draft_charter(group, by=by))


def edit_charter(request: MemberRequest, reference: str, number: int, language: str) -> HttpResponse:
    """Write its parts in one language; what somebody else wrote meanwhile is shown beside it."""
    found, by = _charter_or_404(request, reference, number), request.member
    if language not in LANGUAGES:
        raise Http404
    group_rules.runs_group(by, found.group).require()
    decision = rules.may_edit_charter(by, found, None, clock.now())
    form = CharterForm(request.POST or None, charter=found, language=language)
    theirs: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            services.edit_charter(found, by=by, texts=form.texts, edition=form.cleaned_data["edition"])
        except Refused as refused:
            decision = note_refusal(request, found, refused)
            theirs = _beside(form, found, language)
        else:
            messages.success(request, str(_("Saved.")))
            return redirect(_url("charter", found))
    context = {
        "charter": found,
        "form": form,
        "language": language,
        "languages": LANGUAGES.items(),
        "theirs": theirs,
        "refusal": "" if decision else str(decision),
    }
    status = REFUSED_HERE if not decision else NOT_READ if form.errors else 200
    return render(request, "partnership_staff/edit_charter.html", context, status=status)


def _beside(form: CharterForm, found: Charter, language: str) -> list[dict[str, Any]]:
    """Where what stands there now differs from what somebody just typed; saving again then knows of it."""
    form.data = {**form.data.dict(), "edition": str(found.edition)}  # type: ignore[attr-defined]
    rows = []
    for part in Charter.Part:
        now, mine = found.texts.get(part.value, {}).get(language, ""), form.cleaned_data[part.value]
        if paragraphs(now) != paragraphs(mine):
            rows.append({"label": part.label, "now": now or "–", "mine": mine or "–"})
    return rows


def consult_charter(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    """Lay a draft before the members."""
    found, by = _charter_or_404(request, reference, number), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Ask the members what they think"),
            what=_("The draft is laid before every member organisation, and before those you invited."),
            to_whom=MEMBERS,
            undo=_("You can still change the text afterwards."),
            done=_("The members are asked."),
        ),
        at_all=group_rules.runs_group(by, found.group),
        may=group_rules.may_keep_group(by, found.group),
        **_back(found),
    )
    form = ConsultForm(request.POST or None)
    return ask(request, step, lambda given: services.consult_charter(found, by=by, **given), form)


def open_charter(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    """Open it for signature, as it stands."""
    found, by = _charter_or_404(request, reference, number), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Open the charter for signature"),
            what=_(
                "From this second on nobody can change the text. It is in force once every member"
                " organisation has signed."
            ),
            to_whom=_("Every organisation that belongs to the group. Its coordinators get a message."),
            undo=_("You can withdraw this version and draft another."),
            done=_("The charter is open for signature."),
        ),
        at_all=group_rules.runs_group(by, found.group),
        may=group_rules.may_keep_group(by, found.group),
        **_back(found),
    )
    form = OpenForm(request.POST or None)
    return ask(request, step, lambda given: services.open_charter(found, by=by, **given), form)


def sign_charter(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    """Sign it for one's own organisation, with its text in view."""
    found, by = _charter_or_404(request, reference, number), request.member
    told = _told(found, request)
    places = places_of(found.group, by)
    step = Step(
        about=found,
        asked=Asked(
            label=_("Sign for your organisation"),
            what=_("Your organisation is bound by this text once every member organisation has signed it."),
            to_whom=MEMBERS,
            undo=_("A signature stays. Your organisation can leave the group at any time."),
            done=_("Your organisation has signed."),
        ),
        at_all=group_rules.heads(by),
        may=rules.may_sign_charter(by, found, places, told["signatures"], found.text_hash, clock.now()),
        template="partnership_staff/sign_charter.html",
        context=told,
        **_back(found),
    )
    form = SignForm(request.POST or None, initial={"text_hash": found.text_hash})
    return ask(request, step, lambda given: _sign(found, request, given), form)


def _sign(found: Charter, request: MemberRequest, given: dict[str, Any]) -> Signature:
    return services.sign_charter(
        found, by=request.member, text_hash=given["text_hash"], reservation=given["reservation"]
    )


def withdraw_charter(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    """Give a version up."""
    found, by = _charter_or_404(request, reference, number), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Withdraw this version"),
            what=_("Nobody can sign it any more. The version in force, if there is one, stays in force."),
            to_whom=MEMBERS,
            undo=_("No. You can draft a new version."),
            done=_("The version is withdrawn."),
            is_grave=True,
        ),
        at_all=group_rules.runs_group(by, found.group),
        may=rules.may_withdraw_charter(by, found, clock.now()),
        **_back(found),
    )
    form = ReasonForm(request.POST or None)
    return ask(request, step, lambda given: services.withdraw_charter(found, by=by, **given), form)


def compare_charters(request: MemberRequest, reference: str, number: int, before: int) -> HttpResponse:
    """Two versions, paragraph by paragraph."""
    new, old = _charter_or_404(request, reference, number), _charter_or_404(request, reference, before)
    parts: list[dict[str, Any]] = [
        {"label": part.label, "rows": compared(old.text(part.value), new.text(part.value))}
        for part in Charter.Part
    ]
    changed = [part for part in parts if any(row.kind != "same" for row in part["rows"])]
    context = {"charter": new, "old": old, "group": new.group, "changed": changed, "parts": parts}
    return render(request, "partnership_staff/compare_charters.html", context)


def printed_charter(request: MemberRequest, reference: str, number: int, language: str) -> HttpResponse:
    """The charter as PDF, in any of the four languages."""
    found = _charter_or_404(request, reference, number)
    if language not in LANGUAGES:
        raise Http404
    with override(language):
        page = render_to_string("partnership_staff/parts/charter_paper.html", _told(found, request))
        try:
            made = paper(
                page, reference=reference, made_at=found.opened_at or found.made_at, language=language
            )
        except NotPrinted:
            logger.exception("The charter %s was not printed.", reference)
            sorry = _("The paper could not be made. Everything that is in it stands on the page.")
            return HttpResponse(str(sorry), status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{reference}-{number}-{language}.pdf"'
    return response
