"""What organisations promised a group: who, what, by when, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, READERS, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.models.decisions import GroupDecision
from entente.partnership.models.groups import OnGroup
from entente.partnership.models.meetings import SITS, Meeting
from entente.partnership.scoping import OfOwing, OnCommitment
from entente.people.models import Membership, Organisation

OWES = f"{IS_MEMBER} and organisation_id = {ORGANISATION}"
FOLLOWS = "coalesce((select true from partnership_commitment c where c.id = commitment_id limit 1), false)"
CLOSING = "row({0}.closed_at, {0}.closed_by_name, {0}.closing)"
ACCEPTING = "row({0}.accepted_at, {0}.accepted_by_name)"


class Commitment(OnGroup):
    """A promise to a group: an organisation and a person of it, kept or not, and never quietly changed."""

    data_policy = DataPolicy(
        holds="who promised what to a group", purpose="keeping promises", keep="for good"
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (group_id = any({READERS}) or organisation_id = {ORGANISATION}))",
        insert=f"({IS_JOB} or {SITS} and offered_by_id = {MEMBER} and state = 'offered'"
        " and authz.has_sat(person_id, group_id))",
        # The organisation that must keep it: its coordinator, or the person who promised.
        change=f"({IS_JOB} or {OWES} and ({ROLE} = 'coordinator' or person_id = {MEMBER}))",
        is_kept=True,
        columns=("state", "accepted_at", "accepted_by_name", "closed_at", "closed_by_name", "closing"),
        never="old.state in ('done', 'withdrawn') or new.state = 'offered' and old.state <> 'offered'"
        f" or old.accepted_at is not null and {ACCEPTING.format('new')}"
        f" is distinct from {ACCEPTING.format('old')}"
        " or new.state in ('done', 'withdrawn') and btrim(new.closing) = ''",
    )

    class State(models.TextChoices):
        """What became of a promise. Whether it is late is worked out."""

        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", pgettext_lazy("a commitment", "accepted")
        DONE = "done", pgettext_lazy("a commitment", "done")
        WITHDRAWN = "withdrawn", pgettext_lazy("a commitment", "withdrawn")

    reference = models.CharField(max_length=14, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=200)
    objective = models.TextField(blank=True, help_text="The group's objective it serves.")
    decision = models.ForeignKey(GroupDecision, on_delete=models.PROTECT, null=True, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="+")
    offered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    offered_by_name = models.CharField(max_length=200)
    offered_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_name = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    closing = models.TextField(blank=True, help_text="The evidence, or why it was withdrawn.")

    objects: ClassVar[OfOwing[Commitment]] = OfOwing()  # type: ignore[assignment]

    class Meta:
        indexes = (
            models.Index(fields=["state", "group"], name="partnership_open_promises"),
            models.Index(fields=["organisation", "state"], name="partnership_promises_of"),
        )

    def __str__(self) -> str:
        return self.reference


class CommitmentVersion(OnGroup):
    """What was promised by when, as it was first said and after each change, with the reason."""

    data_policy = DataPolicy(
        holds="who changed a promise", purpose="nothing changes quietly", keep="for good"
    )
    wall = Wall(
        read=f"({IS_JOB} or {FOLLOWS})",
        insert=f"({IS_JOB} or {IS_MEMBER} and by_id = {MEMBER} and coalesce((select"
        f" c.state in ('offered', 'accepted') and (c.offered_by_id = {MEMBER} and c.state = 'offered'"
        f" or c.organisation_id = {ORGANISATION} and ({ROLE} = 'coordinator' or c.person_id = {MEMBER}))"
        " from partnership_commitment c where c.id = commitment_id limit 1), false))",
        is_kept=True,
    )

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=400)
    due_on = models.DateField()
    evidence_wanted = models.CharField(max_length=400, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was changed; nothing for the first.")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OnCommitment[CommitmentVersion]] = OnCommitment()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["commitment", "number"], name="partnership_next_version"),
            models.CheckConstraint(
                condition=models.Q(number=1) | ~models.Q(reason=""), name="partnership_changed_with_reason"
            ),
        )

    def __str__(self) -> str:
        return self.what


class CommitmentReminder(OnGroup):
    """That a promise was recalled to somebody: each step once for each date it had."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=f"({IS_JOB} or {FOLLOWS})", insert=IS_JOB, is_kept=True)

    class Step(models.TextChoices):
        """How far on a promise is."""

        WEEK_BEFORE = "week_before", _("seven days before")
        ON_THE_DAY = "on_the_day", _("on the day")
        WEEK_LATE = "week_late", _("seven days late")
        FORTNIGHT_LATE = "fortnight_late", _("fourteen days late")

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    step = models.CharField(max_length=14, choices=Step)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OnCommitment[CommitmentReminder]] = OnCommitment()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["commitment", "due_on", "step"], name="partnership_recalled_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.commitment_id}, {self.step}"
