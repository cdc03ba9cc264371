"""The doors of the reading rule as SQL: docs/build/the-rule.md has the text, each function one of its doors.

Both walls are made of it: policies ask the database who asks and when, `visible_to` brings its own answer.
Every sub-select is scalar with LIMIT 1: that stays an index probe per row, where an EXISTS was measured to
be hundreds of times slower.
"""

from dataclasses import dataclass

KIND = "(select authz.kind())"
MEMBER = "(select authz.member())"
ORGANISATION = "(select authz.organisation())"
ROLE = "(select authz.role())"
READERS = "(select authz.readers())::uuid[]"  # the member, their organisation, their task forces
PARTNERS = "(select authz.partners())::uuid[]"  # organisations in a living agreement with theirs
FELLOWS = "(select authz.fellows())::uuid[]"  # whoever sits, or sat, in a task force of theirs
PARTICIPANT = "(select authz.participant())"
INVITE = "(select authz.invite())"
DIALOGUE = "(select authz.dialogue())"  # the one a participant or an invite belongs to
RECEIPT = "(select authz.receipt_record())"  # the record whose list of readers a receipt opens
CONFIRMATION = "(select authz.confirmation())"
CONFIRMED = "(select authz.confirmed_entry())"  # the directory's entry that a link asks somebody to confirm
COMPLAINT = "(select authz.complaint())"  # the one whose code was shown
AT = "(select authz.at())"
IS_JOB = f"{KIND} = 'job'"
IS_MEMBER = f"{KIND} = 'member'"
IS_CONFIRMATION = f"{KIND} = 'confirmation'"


@dataclass(frozen=True)
class Asking:
    """Who asks, and when, as SQL."""

    member: str = MEMBER
    organisation: str = ORGANISATION
    readers: str = READERS
    at: str = AT

    def lasts(self, table: str, since: str = "since", until: str = "until") -> str:
        """From its beginning on, until just before its end if it has one."""
        return f"{table}.{since} <= {self.at} and ({table}.{until} is null or {table}.{until} > {self.at})"

    def invited(self, thing: "Thing") -> str:
        """Participations in the thing's record, made out to whoever asks, that last."""
        return (
            f"records_participation p where p.record_id = {thing.record_id}"
            f" and p.to_id = any({self.readers}) and {self.lasts('p')}"
        )


DATABASE = Asking()


@dataclass(frozen=True)
class Thing:
    """A record's head or a part of it: the columns the doors look at, as SQL."""

    record_id: str
    owner_id: str
    audience: str
    category: str
    is_secret: str
    public_since: str

    @classmethod
    def head(cls, record: str) -> "Thing":
        """The head of the record in the table or alias `record`."""
        columns = ("id", "owner_id", "audience", "category", "is_secret", "public_since")
        return cls(*(f"{record}.{column}" for column in columns))

    @classmethod
    def part(cls, record: str, part: str) -> "Thing":
        """A part of that record: its category and its secrecy are its own, and it is never public."""
        of = cls.head(record)
        return cls(of.record_id, of.owner_id, of.audience, f"{part}.category", f"{part}.is_secret", "null")


def _probe(query: str) -> str:
    return f"coalesce((select true from {query} limit 1), false)"


def _is_party(side: str, asking: Asking) -> str:
    """The organisation on one side of the clause `c` joined `a` and has not left; in force, it signed."""
    return _probe(
        "agreements_party y where y.agreement_id = a.id"
        f" and y.organisation_id = c.{side} and {asking.lasts('y', 'joined_at', 'left_at')}"
        f" and (a.state = 'interim' or y.signed_at <= {asking.at})"
    )


def _clause(thing: Thing, asking: Asking) -> str:
    """A clause of the participation's agreement covers a thing on its way to whoever asks."""
    return _probe(
        "agreements_clause c join agreements_agreement a on a.id = c.agreement_id"
        f" where c.agreement_id = p.agreement_id and c.purpose = p.purpose and c.category = {thing.category}"
        f" and c.giving_id = {thing.owner_id} and c.receiving_id = {asking.organisation}"
        f" and (c.opens_secrecy or not {thing.is_secret})"
        f" and (a.state = 'in_force' or a.state = 'interim' and c.holds_in_interim)"
        f" and {asking.lasts('a', 'starts_at', 'ends_at')}"
        f" and {_is_party('giving_id', asking)} and {_is_party('receiving_id', asking)}"
    )


def own(thing: Thing, asking: Asking = DATABASE) -> str:
    """Door 3: the member acts for the owner, and the audience includes them."""
    named = _probe(
        f"{asking.invited(thing)} and not p.is_emergency"
        f" and case {thing.audience} when 'task_force' then p.organisation_id is null"
        " else p.membership_id is not null end"
    )
    return f"({thing.owner_id} = {asking.organisation} and ({thing.audience} = 'organisation' or {named}))"


def shared(thing: Thing, asking: Asking = DATABASE, *, is_part: bool = False) -> str:
    """Doors 4 and 5: let in under an agreement, or by broken glass; for parts, the purpose was stated."""
    admits = (
        f"case {thing.audience} when 'organisation' then true"
        " when 'task_force' then p.organisation_id is null else p.membership_id is not null end"
    )
    stated = _probe(
        f"records_opening o where o.record_id = {thing.record_id} and o.membership_id = {asking.member}"
        f" and o.purpose = p.purpose and {asking.lasts('o', 'at')}"
    )
    return _probe(
        f"{asking.invited(thing)} and case when p.is_emergency then not {thing.is_secret}"
        f" else {thing.owner_id} <> {asking.organisation} and {admits} and {_clause(thing, asking)} end"
        + (f" and {stated}" if is_part else "")
    )


def head(record: str) -> str:
    """Every door to a record's head, as a policy."""
    thing = Thing.head(record)
    return (
        f"case when {KIND} is null then false when {KIND} = 'job' then true"
        f" when {thing.public_since} <= {AT} then true when {KIND} <> 'member' then false"
        f" when {own(thing)} then true else {shared(thing)} end"
    )


def part(table: str) -> str:
    """Every door to a part, as a policy: never because its record is public, and never without its head."""
    thing = Thing.part("r", table)
    return (
        f"({IS_JOB} or {IS_MEMBER} and coalesce((select {own(thing)} or {shared(thing, is_part=True)}"
        f" from records_record r where r.id = {table}.record_id limit 1), false))"
    )


def follows(record_column: str) -> str:
    """A row is visible when its record's head is."""
    return f"coalesce((select true from records_record r where r.id = {record_column} limit 1), false)"


def owned(record_column: str) -> str:
    """A row is for those members of the record's owner who work inside it, and for jobs."""
    return (
        f"({IS_JOB} or {IS_MEMBER} and coalesce((select {own(Thing.head('r'))}"
        f" from records_record r where r.id = {record_column} limit 1), false))"
    )
