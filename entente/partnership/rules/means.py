"""Who lends what to whom. Each rule answers with a reason a person can read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models.means import Booking, Resource
from entente.people.models import Membership

State = Booking.State
TAKEN = _("Somebody else has it at that time. Choose another time, or something else.")
LONGEST = timedelta(days=60)


def may_add_resource(actor: Actor, at: datetime) -> Decision:
    """Whoever acts for an organisation that takes part offers what it has."""
    if not isinstance(actor, Membership):
        return refuse(_("Only members of the partnership lend something."))
    if actor.role == Membership.Role.OVERSEER:
        return refuse(_("The overseer stays independent and lends nothing."))
    return allow(_("Members offer what their organisation lends."))


def may_edit_resource(actor: Actor, resource: Resource, at: datetime) -> Decision:
    """Each organisation describes what it lends itself."""
    may = may_add_resource(actor, at)
    if not may:
        return may
    if actor.actor_organisation_id != resource.owner_id:
        return refuse(_("Only the organisation that lends it describes it."))
    if resource.withdrawn_at is not None:
        return refuse(_("This is lent no longer."))
    return allow(_("Your organisation lends this."))


def may_withdraw_resource(actor: Actor, resource: Resource, at: datetime) -> Decision:
    """What was promised to somebody is kept: bookings that were confirmed stay."""
    return may_edit_resource(actor, resource, at)


def may_book_resource(
    actor: Actor, resource: Resource, starts_at: datetime, ends_at: datetime, *, is_taken: bool, at: datetime
) -> Decision:
    """In the time it is offered, while nobody else has it."""
    if not isinstance(actor, Membership) or actor.role == Membership.Role.OVERSEER:
        return refuse(_("Only organisations that work together borrow something."))
    if resource.withdrawn_at is not None:
        return refuse(_("This is lent no longer."))
    if ends_at <= starts_at:
        return refuse(_("It ends before it begins."))
    if starts_at <= at:
        return refuse(_("This time has begun already."))
    if ends_at - starts_at > LONGEST:
        return refuse(_("Sixty days are the most at once."))
    offered = _is_offered(resource, starts_at, ends_at)
    if not offered:
        return offered
    return refuse(TAKEN) if is_taken else allow(_("It is offered at that time, and nobody else has it."))


def _is_offered(resource: Resource, starts_at: datetime, ends_at: datetime) -> Decision:
    begin, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if begin.date() < resource.offered_from or (
        resource.offered_until and end.date() > resource.offered_until
    ):
        return refuse(_("It is not offered on these days."))
    # What is taken along stays away over days: its hours say when it is fetched and brought back.
    days = {begin.weekday(), end.weekday()}
    if resource.weekdays and not days <= set(resource.weekdays):
        return refuse(_("It is not offered on this day of the week."))
    is_early = resource.opens is not None and begin.time() < resource.opens
    is_long = resource.closes is not None and end.time() > resource.closes
    if is_early or is_long:
        return refuse(_("It is not offered at these hours."))
    if not resource.comes_back and begin.date() != end.date() and resource.opens is not None:
        return refuse(_("It is offered by the day. Ask for each day."))
    return allow(_("It is offered at that time."))


def may_decide_booking(actor: Actor, booking: Booking, at: datetime) -> Decision:
    """Whoever lends it says yes or no, once."""
    if not isinstance(actor, Membership) or actor.organisation_id != booking.owner_id:
        return refuse(_("Only the organisation that lends it confirms or declines."))
    if booking.state != State.ASKED:
        return refuse(_("This was decided already."))
    return allow(_("Your organisation lends this."))


def may_confirm_booking(actor: Actor, booking: Booking, *, is_taken: bool, at: datetime) -> Decision:
    """Not twice for the same time, and not for a time that is over."""
    may = may_decide_booking(actor, booking, at)
    if may and booking.ends_at <= at:
        return refuse(_("The time that was asked for is over."))
    return refuse(TAKEN) if may and is_taken else may


def may_cancel_booking(actor: Actor, booking: Booking, at: datetime) -> Decision:
    """Either side, before it begins; afterwards it is brought back."""
    if not isinstance(actor, Membership):
        return refuse(_("Only members of the partnership cancel a booking."))
    if actor.organisation_id not in {booking.owner_id, booking.organisation_id}:
        return refuse(_("Only the two organisations cancel a booking."))
    if booking.state not in {State.ASKED, State.CONFIRMED}:
        return refuse(_("This booking is over."))
    if booking.state == State.CONFIRMED and booking.starts_at <= at:
        return refuse(_("It has begun already."))
    return allow(_("It is a booking of your organisation."))


def may_return_booking(actor: Actor, booking: Booking, at: datetime) -> Decision:
    """Whoever lends it says that it came back, and in which state."""
    if not isinstance(actor, Membership) or actor.organisation_id != booking.owner_id:
        return refuse(_("Only the organisation that lends it says that it came back."))
    if booking.state != State.CONFIRMED:
        return refuse(_("Only what was confirmed comes back."))
    if booking.starts_at > at:
        return refuse(_("It has not begun yet."))
    return allow(_("Your organisation lends this."))
