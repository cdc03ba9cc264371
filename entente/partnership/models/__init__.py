"""The partnership's papers."""

from entente.partnership.models.drafting import Basis, Dossier, DossierVersion, LegalBasis, Opinion
from entente.partnership.models.groups import Group, OnGroup, Place

__all__ = ["Basis", "Dossier", "DossierVersion", "Group", "LegalBasis", "OnGroup", "Opinion", "Place"]
