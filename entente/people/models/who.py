"""Who is who: organisations, persons, memberships, accounts and sessions."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Credential, begin
from entente.audit.doors import FELLOWS, IS_JOB, IS_MEMBER, ORGANISATION, PARTNERS, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Unwalled, Wall
from entente.people.words import in_readers_language

# A coordinator lists organisations, and mends the name of their own and of those whose entry they keep.
LISTS = f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator')"
NAMES = (
    f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and (id = {ORGANISATION}"
    f" or coalesce((select e.keeper_id = {ORGANISATION} from people_entry e"
    " where e.organisation_id = people_organisation.id limit 1), false)))"
)


class Organisation(models.Model):
    """A public service, an association or a group that takes part in the partnership or is known to it."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read="(select authz.kind()) is not null",
        insert=LISTS,
        change=NAMES,
        columns=("name", "names", "kind"),
        public="select",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict, help_text="The name in other languages, by language code.")
    kind = models.CharField(max_length=40)

    def __str__(self) -> str:
        return in_readers_language(self.names, self.name)


class Area(models.Model):
    """A district of the city, or a municipality among several that share one installation."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read="(select authz.kind()) is not null", insert=LISTS, change=IS_JOB, public="select")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict, help_text="The name in other languages, by language code.")

    def __str__(self) -> str:
        return in_readers_language(self.names, self.name)


class Person(models.Model):
    """Somebody known to the partnership. Most people in the directory never sign in."""

    data_policy = DataPolicy(
        holds="name, work address and languages",
        purpose="reaching each other",
        keep="while a member, then one year",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and coalesce((select true from people_membership m"
        " where m.person_id = people_person.id limit 1), false))",
        insert=IS_JOB,
        change=IS_JOB,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    languages = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person acting for an organisation. This is the actor in every service and rule."""

    data_policy = DataPolicy(
        holds="who acts for which organisation, in which role",
        purpose="access and accountability",
        keep="while a member, then ten years without the name",
    )
    wall = Wall(
        # Whoever signed an agreement with the reader's organisation shows its members.
        read=f"({IS_JOB} or {IS_MEMBER}"
        f" and (organisation_id = {ORGANISATION} or organisation_id = any({PARTNERS})"
        # People who sit in one group know each other.
        f" or people_membership.id = any({FELLOWS})"
        # And whoever was let in by name is known to those who let them in, whatever became of the agreement.
        " or coalesce((select true from records_participation p"
        " where p.membership_id = people_membership.id limit 1), false)))",
        insert=IS_JOB,
        change=IS_JOB,
    )

    class Role(models.TextChoices):
        """What a member may do for the organisation."""

        COORDINATOR = "coordinator", _("coordinator")
        MEMBER = "member", _("member")
        OFFICER = "officer", _("data protection officer")
        OVERSEER = "overseer", _("independent overseer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.MEMBER)
    title = models.CharField(max_length=120, blank=True)
    titles = models.JSONField(default=dict)
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    # Set only by whoever proved it: the request's session, a test's, or the owner's command line.
    credential: Credential | None = None
    actor_kind = "member"

    def __str__(self) -> str:
        return f"{self.person} ({self.organisation})"

    @property
    def actor_id(self) -> uuid.UUID:
        """The membership acts, not the person: the same person may act for two organisations."""
        return self.id

    @cached_property
    def task_forces(self) -> tuple[uuid.UUID, ...]:
        """The task forces the member sits in at the moment somebody first asks."""
        at = clock.now()
        begin(self)
        seats = Seat.objects.filter(
            Q(until=None) | Q(until__gt=at),
            Q(task_force__ended_at=None) | Q(task_force__ended_at__gt=at),
            membership_id=self.pk,
            since__lte=at,
        )
        return tuple(seats.values_list("task_force_id", flat=True))

    @property
    def actor_name(self) -> str:
        """The person's name as the log keeps it."""
        return self.person.name

    @property
    def actor_organisation_id(self) -> uuid.UUID:
        """For whom the member acts."""
        return self.organisation_id

    @property
    def role_title(self) -> str:
        """What the person does there, in the reader's language."""
        return in_readers_language(self.titles, self.title)


Member = Membership


# A coordinator speaks for their organisation; in an independent office that is the overseer.
HEADS = f"{ROLE} in ('coordinator', 'overseer')"


class TaskForce(models.Model):
    """People from several organisations who work on one thing together."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER})",
        insert=f"({IS_JOB} or {IS_MEMBER} and {HEADS})",
        # Whoever keeps its papers names it and ends it.
        change=f"({IS_JOB} or {IS_MEMBER} and {HEADS} and coalesce((select g.keeper_id = {ORGANISATION}"
        " from partnership_group g where g.task_force_id = people_taskforce.id limit 1), false))",
        is_kept=True,
        columns=("name", "names", "ended_at"),
        never="old.ended_at is not null",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict, help_text="The name in other languages, by language code.")
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return in_readers_language(self.names, self.name)


# Each organisation gives its own members their seats, and takes them away.
OWN_SEATS = (
    f"{IS_MEMBER} and {HEADS} and coalesce((select m.organisation_id = {ORGANISATION}"
    " from people_membership m where m.id = membership_id limit 1), false)"
)
# Where a task force has papers, it accepted its place there first.
HAS_PLACE = (
    "(not coalesce((select true from partnership_group g where g.task_force_id = people_seat.task_force_id"
    " limit 1), false) or coalesce((select true from partnership_place p"
    f" where p.group_id = people_seat.task_force_id and p.organisation_id = {ORGANISATION}"
    " and p.state = 'accepted' limit 1), false))"
)


class Seat(models.Model):
    """A member's place in a task force, from a moment to a moment."""

    data_policy = DataPolicy(
        holds="who sits in which task force", purpose="access", keep="with the membership"
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and coalesce((select true from people_membership m"
        f" where m.id = people_seat.membership_id limit 1), false))",
        insert=f"({IS_JOB} or {OWN_SEATS} and {HAS_PLACE})",
        change=f"({IS_JOB} or {OWN_SEATS})",
        is_kept=True,
        columns=("until",),
        never="old.until is not null and (new.until is null or new.until > old.until)",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task_force = models.ForeignKey(TaskForce, on_delete=models.PROTECT, related_name="seats")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="seats")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["membership", "task_force"], name="people_seats_of_member"),)

    def __str__(self) -> str:
        return f"{self.membership} in {self.task_force}"


class Accounts(BaseUserManager["Account"]):
    """Finds accounts by their e-mail address."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Addresses are compared without case."""
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A person's way to sign in."""

    data_policy = DataPolicy(
        holds="address and password hash", purpose="sign-in", keep="until the membership ends"
    )
    wall = Unwalled("sign-in happens before anybody is known; the public surface has no access at all")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    email = models.EmailField(unique=True)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    # Django's admin is not installed; some libraries ask all the same.
    is_staff = False
    is_superuser = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Accounts] = Accounts()

    def __str__(self) -> str:
        return self.email


class Session(models.Model):
    """One sign-in on one device. Only a hash of the key is kept, no address and no browser string."""

    data_policy = DataPolicy(holds="when somebody signed in", purpose="sign-in", keep="12 hours")
    wall = Unwalled("sign-in happens before anybody is known; only a hash of the key is kept")

    key_hash = models.CharField(primary_key=True, max_length=64)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="sessions")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True)
    is_strong = models.BooleanField(default=False)
    signed_in_with = models.CharField(max_length=20, blank=True)
    content = models.TextField()
    started_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["expires_at"], name="people_session_expiry"),)

    def __str__(self) -> str:
        return f"{self.account} since {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def method_label(self) -> str:
        """How the person signed in, in words."""
        return str(SIGNED_IN_WITH.get(self.signed_in_with, ""))


SIGNED_IN_WITH = {
    "passkey": _("with a passkey"),
    "code": _("with a password and a one-time code"),
    "recovery": _("with a password and a recovery code"),
    "password": _("with a password only"),
    "invitation": _("with the link of an invitation"),
    "demo": _("with one click, as the demo allows"),
}


class Attempt(models.Model):
    """How often something was tried in an hour, under a hash that nobody can turn back after the day."""

    data_policy = DataPolicy(holds="a keyed hash that changes daily", purpose="rate limits", keep="one day")
    wall = Unwalled(
        "counts under daily keyed hashes, in an unlogged table",
        public="select, insert, update",
        is_crash_safe=False,
    )

    bucket = models.CharField(primary_key=True, max_length=64)
    count = models.IntegerField(default=0)
    day = models.DateField()

    def __str__(self) -> str:
        return self.bucket[:8]
