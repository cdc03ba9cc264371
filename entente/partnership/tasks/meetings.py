"""Invitations to meetings, and commitments that are due or late. Each may be run twice."""

import uuid

from entente.audit.actors import Actor, acting
from entente.jobs.queue import every, work
from entente.partnership.queries import meetings as queries
from entente.partnership.services import inviting, recalling


@work("partnership.tell_meeting")
def tell_meeting(*, by: Actor, meeting: str) -> None:
    """Tell everybody who sits there of a meeting as it now is."""
    inviting.tell_meeting(uuid.UUID(meeting), by=by)


@every("25 * * * *", "partnership.tell_meetings")
def tell_meetings(*, by: Actor) -> None:
    """Every hour, invite whoever took a seat since the invitation went out."""
    with acting(by):
        due = queries.to_tell(by)
    for meeting_id in due:
        inviting.tell_meeting(meeting_id, by=by)


@every("35 * * * *", "partnership.recall_commitments")
def recall_commitments(*, by: Actor) -> None:
    """Every hour of the day, recall commitments whose step has come and was not told yet."""
    recalling.recall_commitments(by=by)
