"""Two people who write the same text: the second is told before anything is lost."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse

CHANGED = _(
    "Somebody else saved this text while you were writing. Nothing of either is lost: compare the two,"
    " and save what shall stand."
)


def has_seen(now: int, seen: int | None) -> Decision:
    """Whether somebody began from what stands there now; a programme that read it says nothing."""
    if seen is not None and seen != now:
        return refuse(CHANGED)
    return allow(_("You began from what stands there now."))
