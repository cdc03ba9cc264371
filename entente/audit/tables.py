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

    `change` covers update and delete; only `columns` are ever updated, where they are named. `never` is
    a condition on `old` and `new`: such an update is refused to every process, whoever it acts for.
    Conditions use the functions of schema `authz`.
    `public` lists what the public surface's role may do at all. A `logged` table can't be
    changed in a transaction that adds no audit event. Rows of a table that `is_kept` are never deleted.
    A row that meets `told_when` can't be added without an event `told_as`, about it and by its member.
    """

    read: str
    insert: str | None = None
    change: str | None = None
    public: str = ""
    logged: bool = True
    is_kept: bool = False
    columns: tuple[str, ...] = ()
    never: str = ""
    told_as: str = ""
    told_when: str = "true"


@dataclass(frozen=True)
class Unwalled:
    """A table without row security, and the reason why that is right."""

    reason: str
    public: str = ""
    is_crash_safe: bool = True
