"""The doors of the reading rule as SQL conditions, for the policies: docs/build/the-rule.md has the text.

Every sub-select is scalar with LIMIT 1: that stays an index probe per row, where an EXISTS was measured to
be hundreds of times slower.
"""

KIND = "(select authz.kind())"
MEMBER = "(select authz.member())"
ORGANISATION = "(select authz.organisation())"
ROLE = "(select authz.role())"
READERS = "(select authz.readers())::uuid[]"  # the member, their organisation, their task forces
PARTNERS = (
    "(select authz.partners())::uuid[]"  # organisations that share a living agreement with the member's
)
PARTICIPANT = "(select authz.participant())"
INVITE = "(select authz.invite())"
DIALOGUE = "(select authz.dialogue())"  # the one a participant or an invite belongs to
RECEIPT = "(select authz.receipt_record())"  # the record whose list of readers a receipt opens
AT = "(select authz.at())"
IS_JOB = f"{KIND} = 'job'"
IS_MEMBER = f"{KIND} = 'member'"


def _probe(query: str) -> str:
    return f"coalesce((select true from {query} limit 1), false)"


def _lasts(table: str, since: str = "since", until: str = "until") -> str:
    return f"{table}.{since} <= {AT} and ({table}.{until} is null or {table}.{until} > {AT})"


def _is_party(organisation: str) -> str:
    """An organisation joined the agreement `a` and did not leave; in force, it has signed."""
    return _probe(
        "agreements_party y where y.agreement_id = a.id"
        f" and y.organisation_id = {organisation} and {_lasts('y', 'joined_at', 'left_at')}"
        f" and (a.state = 'interim' or y.signed_at <= {AT})"
    )


def _clause(record: str, category: str, is_secret: str) -> str:
    """A clause of the participation's agreement covers a thing on its way to the member's organisation."""
    return _probe(
        "agreements_clause c join agreements_agreement a on a.id = c.agreement_id"
        f" where c.agreement_id = p.agreement_id and c.purpose = p.purpose and c.category = {category}"
        f" and c.giving_id = {record}.owner_id and c.receiving_id = {ORGANISATION}"
        f" and (c.opens_secrecy or not {is_secret})"
        f" and (a.state = 'in_force' or a.state = 'interim' and c.holds_in_interim)"
        f" and {_lasts('a', 'starts_at', 'ends_at')}"
        f" and {_is_party('c.giving_id')} and {_is_party('c.receiving_id')}"
    )


def own(record: str) -> str:
    """Door 3: the member acts for the owner, and the audience includes them."""
    named = _probe(
        f"records_participation p where p.record_id = {record}.id and p.to_id = any({READERS})"
        f" and not p.is_emergency and {_lasts('p')}"
        f" and case {record}.audience when 'task_force' then p.organisation_id is null"
        f" else p.membership_id is not null end"
    )
    return f"({record}.owner_id = {ORGANISATION} and ({record}.audience = 'organisation' or {named}))"


def shared(record: str, category: str = "", is_secret: str = "", *, is_part: bool = False) -> str:
    """Doors 4 and 5: let in under an agreement, or by broken glass; for parts, the purpose was stated."""
    category, is_secret = category or f"{record}.category", is_secret or f"{record}.is_secret"
    under_a_clause = _clause(record, category, is_secret)
    admits = (
        f"case {record}.audience when 'organisation' then true"
        f" when 'task_force' then p.organisation_id is null else p.membership_id is not null end"
    )
    stated = _probe(
        f"records_opening o where o.record_id = {record}.id and o.membership_id = {MEMBER}"
        f" and o.purpose = p.purpose and {_lasts('o', 'at')}"
    )
    return _probe(
        f"records_participation p where p.record_id = {record}.id and p.to_id = any({READERS})"
        f" and {_lasts('p')} and case when p.is_emergency then not {is_secret}"
        f" else {record}.owner_id <> {ORGANISATION} and {admits} and {under_a_clause} end"
        + (f" and {stated}" if is_part else "")
    )


def head(record: str) -> str:
    """Every door to a record's head."""
    return (
        f"case when {KIND} is null then false when {KIND} = 'job' then true"
        f" when {record}.public_since <= {AT} then true when {KIND} <> 'member' then false"
        f" when {own(record)} then true else {shared(record)} end"
    )


def part(table: str) -> str:
    """Every door to a part: never because its record is public, and never without the record's head."""
    foreign = shared("r", f"{table}.category", f"{table}.is_secret", is_part=True)
    return (
        f"({IS_JOB} or {IS_MEMBER} and coalesce((select {own('r')} or {foreign}"
        f" from records_record r where r.id = {table}.record_id limit 1), false))"
    )


def follows(record_column: str) -> str:
    """A row is visible when its record's head is."""
    return f"coalesce((select true from records_record r where r.id = {record_column} limit 1), false)"


def owned(record_column: str) -> str:
    """A row is for those members of the record's owner who work inside it, and for jobs."""
    return (
        f"({IS_JOB} or {IS_MEMBER} and coalesce((select {own('r')}"
        f" from records_record r where r.id = {record_column} limit 1), false))"
    )
