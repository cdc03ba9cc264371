"""The steps of answering a complaint: their names, what happens, to whom, and whether it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.decisions import Decision
from entente.people.models import Member
from entente.rights.forms.complaints import (
    AnswerForm,
    AssignForm,
    CloseForm,
    QuestionForm,
    RemedyForm,
    TextForm,
)
from entente.rights.models import Complaint, Remedy
from entente.rights.rules import complaints as rules
from entente.rights.services import complaints as services

TO_PERSON = _("The person who complained. They read it with their code.")
STAYS = _("What was written stays. You can write again.")


@dataclass(frozen=True)
class Step:
    """One button of a complaint's page, with the words of its confirmation."""

    name: str
    label: Promise
    icon: str
    what: Promise
    to_whom: Promise
    undo: Promise
    done: Promise
    may: Callable[[Member, Complaint, list[Remedy]], Decision]
    take: Callable[[Complaint, Member, Any], Any]
    form: type[forms.Form]
    knows_complaint: bool = False  # the form offers what fits the complaint

    def filled(self, complaint: Complaint, data: Any = None) -> forms.Form:
        """The form of this step."""
        return self.form(data, complaint=complaint) if self.knows_complaint else self.form(data)  # type: ignore[call-arg]


STEPS = (
    Step(
        name="acknowledge_complaint",
        label=_("Acknowledge it"),
        icon="check",
        what=_("The person is told that somebody read the complaint, who answers it and until when."),
        to_whom=TO_PERSON,
        undo=_("No. From now on your organisation looks after it; the overseer can find somebody else."),
        done=_("The person knows that the complaint was received."),
        may=lambda by, complaint, _remedies: rules.may_acknowledge_complaint(by, complaint, clock.now()),
        take=lambda complaint, by, form: services.acknowledge_complaint(
            complaint, by=by, text=form.cleaned_data["text"]
        ),
        form=TextForm,
    ),
    Step(
        name="investigate_complaint",
        label=_("Look into it"),
        icon="search",
        what=_(
            "The person is told what you look into and whom you ask. From now on it is being investigated."
        ),
        to_whom=TO_PERSON,
        undo=STAYS,
        done=_("The complaint is being investigated."),
        may=lambda by, complaint, _remedies: rules.may_investigate_complaint(by, complaint, clock.now()),
        take=lambda complaint, by, form: services.investigate_complaint(
            complaint, by=by, text=form.cleaned_data["text"]
        ),
        form=TextForm,
    ),
    Step(
        name="ask_question",
        label=_("Ask an organisation"),
        icon="dialogue",
        what=_(
            "The organisation gets your question with the number of the complaint, and five working days."
        ),
        to_whom=_(
            "Coordinators and data protection officers of that organisation. They see only the question."
        ),
        undo=STAYS,
        done=_("The question is asked."),
        may=lambda by, complaint, _remedies: rules.may_ask_question(by, complaint, None, clock.now()),
        take=lambda complaint, by, form: services.ask_question(complaint, by=by, **form.cleaned_data),
        form=QuestionForm,
        knows_complaint=True,
    ),
    Step(
        name="write_to_person",
        label=_("Write to the person"),
        icon="pencil",
        what=_("The person can read it and answer."),
        to_whom=TO_PERSON,
        undo=STAYS,
        done=_("The person can read it now."),
        may=lambda by, complaint, _remedies: rules.may_write_to_person(by, complaint, clock.now()),
        take=lambda complaint, by, form: services.write_to_person(
            complaint, by=by, text=form.cleaned_data["text"]
        ),
        form=TextForm,
    ),
    Step(
        name="extend_complaint",
        label=_("Take more time"),
        icon="clock",
        what=_(
            "You get thirty more working days for the answer. This is possible once; the person reads why."
        ),
        to_whom=TO_PERSON,
        undo=_("No. You can still answer earlier."),
        done=_("The person knows that it takes longer, and why."),
        may=lambda by, complaint, _remedies: rules.may_extend_complaint(by, complaint, clock.now()),
        take=lambda complaint, by, form: services.extend_complaint(
            complaint, by=by, text=form.cleaned_data["text"]
        ),
        form=TextForm,
    ),
    Step(
        name="answer_complaint",
        label=_("Answer it"),
        icon="scales",
        what=_(
            "The person reads your answer. It counts in the public figures once there are ten of its kind."
        ),
        to_whom=TO_PERSON,
        undo=_("No. An answer stays as it was given. You can still write to the person."),
        done=_("The complaint is answered."),
        may=lambda by, complaint, _remedies: rules.may_answer_complaint(by, complaint, clock.now()),
        take=lambda complaint, by, form: services.answer_complaint(complaint, by=by, **form.cleaned_data),
        form=AnswerForm,
    ),
    Step(
        name="add_remedy",
        label=_("Say what is put right"),
        icon="hands",
        what=_("The organisation is told what it owes and by when. It says itself when that is done."),
        to_whom=_("That organisation, and the person who complained."),
        undo=_("What was promised to the person stays."),
        done=_("The person and the organisation know what is put right."),
        may=lambda by, complaint, _remedies: rules.may_add_remedy(by, complaint, clock.now()),
        take=lambda complaint, by, form: services.add_remedy(complaint, by=by, **form.cleaned_data),
        form=RemedyForm,
        knows_complaint=True,
    ),
    Step(
        name="close_complaint",
        label=_("Close it"),
        icon="square",
        what=_(
            "The person reads your last word. What was learnt stands on the public page: name nobody, and"
            " nothing by which somebody could be recognised."
        ),
        to_whom=_("The person who complained; everybody, for what was learnt."),
        undo=_("No. Something new is a new complaint."),
        done=_("The complaint is closed."),
        may=lambda by, complaint, remedies: rules.may_close_complaint(by, complaint, remedies, clock.now()),
        take=lambda complaint, by, form: services.close_complaint(
            complaint, by=by, text=form.cleaned_data["text"], learning=form.learning()
        ),
        form=CloseForm,
    ),
    Step(
        name="assign_complaint",
        label=_("Let somebody else answer"),
        icon="people",
        what=_(
            "That organisation answers the complaint in your place. You still see its number and its dates."
        ),
        to_whom=_(
            "Coordinators and data protection officers of that organisation read everything the person told."
        ),
        undo=_("You can find somebody else again until it is answered."),
        done=_("That organisation was asked to answer."),
        may=lambda by, complaint, _remedies: rules.may_assign_complaint(by, complaint, None, clock.now()),
        take=lambda complaint, by, form: services.assign_complaint(
            complaint, by=by, to=form.cleaned_data["to"]
        ),
        form=AssignForm,
        knows_complaint=True,
    ),
)
BY_NAME = {step.name: step for step in STEPS}


def open_steps(member: Member, complaint: Complaint, remedies: list[Remedy]) -> list[Step]:
    """The steps this member may take now."""
    return [step for step in STEPS if step.may(member, complaint, remedies)]
