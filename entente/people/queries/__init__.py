"""Named reads of who is who."""

from entente.people.queries.who import area_names, colleagues, has_factor, invited_account, own_sessions

__all__ = ["area_names", "colleagues", "has_factor", "invited_account", "own_sessions"]
