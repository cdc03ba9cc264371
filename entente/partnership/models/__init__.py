"""The partnership's papers."""

from entente.partnership.models.groups import Group, OnGroup, Place

__all__ = ["Group", "OnGroup", "Place"]
