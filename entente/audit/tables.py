"""What every table says about itself: what it holds about people, and who may touch which row."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataPolicy:
    """What a table holds about people, why, and for how long."""

    holds: str
    purpose: str
    keep: str


NO_PERSONAL_DATA = DataPolicy(holds="nothing about a person", purpose="", keep="for good")


@dataclass(frozen=True)
class Wall:
    """Row security of one table: an SQL condition for each way of touching a row, None for never.

    `change` covers update and delete. Conditions use the functions of schema `authz`.
    `public` lists what the public surface's role may do at all. A `logged` table can't be
    changed in a transaction that adds no audit event.
    """

    read: str
    insert: str | None = None
    change: str | None = None
    public: str = ""
    logged: bool = True


@dataclass(frozen=True)
class Unwalled:
    """A table without row security, and the reason why that is right."""

    reason: str
    public: str = ""
    is_crash_safe: bool = True


KIND = "(select authz.kind())"
MEMBER = "(select authz.member())"
ORGANISATION = "(select authz.organisation())"
PARTICIPANT = "(select authz.participant())"
INVITE = "(select authz.invite())"
DIALOGUE = "(select authz.dialogue())"  # the one a participant or an invite belongs to
AT = "(select authz.at())"
IS_JOB = f"{KIND} = 'job'"
IS_MEMBER = f"{KIND} = 'member'"


def follows(record_column: str) -> str:
    """A row is visible when its record is."""
    return f"coalesce((select true from records_record r where r.id = {record_column} limit 1), false)"


def owned(record_column: str) -> str:
    """A row may be touched by members of the organisation that owns its record, and by jobs."""
    return (
        f"({IS_JOB} or {IS_MEMBER} and coalesce((select true from records_record r"
        f" where r.id = {record_column} and r.owner_id = {ORGANISATION} limit 1), false))"
    )


def inside(record_column: str) -> str:
    """A row is visible to those who work inside its record: never because the record is public."""
    return (
        f"({IS_JOB} or {IS_MEMBER} and coalesce((select true from records_record r"
        f" where r.id = {record_column} and (r.audience = 'organisation' and r.owner_id = {ORGANISATION}"
        f" or r.audience = 'named' and exists (select from records_participation p where p.record_id = r.id"
        f" and p.membership_id = {MEMBER} and p.since <= {AT} and (p.until is null or p.until > {AT})))"
        f" limit 1), false))"
    )
