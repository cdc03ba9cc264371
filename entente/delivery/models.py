"""The outbox."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, ORGANISATION
from entente.audit.tables import DataPolicy, Wall
from entente.keys.fields import Sealed


class Message(models.Model):
    """A message to one address, kept until it is sent or given up."""

    data_policy = DataPolicy(holds="an address and a text", purpose="delivery and its proof", keep="90 days")
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and organisation_id = {ORGANISATION})",
        insert="(select authz.kind()) in ('member', 'job')",
        # Its organisation may take back what still waits; what was sent stays as it was.
        change=f"({IS_JOB} or {IS_MEMBER} and organisation_id = {ORGANISATION}"
        f" and state in ('waiting', 'withdrawn'))",
        logged=False,
        is_kept=True,
    )

    class State(models.TextChoices):
        """How far a message got."""

        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be delivered")
        WITHDRAWN = "withdrawn", _("taken back before it was sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    # The member it is for: it goes only while they may see the record. Nobody for an address outside.
    member_id = models.UUIDField(null=True)
    address = Sealed()
    subject = Sealed()
    body = Sealed()
    calendar = Sealed(blank=True)  # a calendar file (RFC 5545) that goes with it, or nothing
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "made_at"], name="delivery_waiting"),)

    def __str__(self) -> str:
        return f"{self.template} {self.state}"

    def sealed_under(self) -> uuid.UUID:
        """A message about a record goes when the record's key goes."""
        return self.record_id or self.id
