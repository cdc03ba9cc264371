"""What of a result may be told to everybody: small numbers hidden, nobody recognisable."""

from entente.dialogue.publication.releases import as_told, is_due, outcome, rough_outcome, without
from entente.dialogue.publication.rounding import LEAST

__all__ = ["LEAST", "as_told", "is_due", "outcome", "rough_outcome", "without"]
