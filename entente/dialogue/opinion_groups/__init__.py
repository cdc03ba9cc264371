"""The groups of opinion in a dialogue: arithmetic on votes, without a database."""

from entente.dialogue.opinion_groups.analysis import METHOD, Result, Settings, find_groups
from entente.dialogue.opinion_groups.comparing import Comparison, compare_with_polis, groups_on_map
from entente.dialogue.opinion_groups.components import Components
from entente.dialogue.opinion_groups.engines import Engine, engine_for
from entente.dialogue.opinion_groups.grouping import GroupingRule, Trial
from entente.dialogue.opinion_groups.placing import (
    Outline,
    PlainComponents,
    PlainGroup,
    PlainMap,
    nearest_group,
    outline,
    place,
)
from entente.dialogue.opinion_groups.polis_mode import PolisResult, polis_groups
from entente.dialogue.opinion_groups.polis_statements import Representative
from entente.dialogue.opinion_groups.stability import Stability, adjusted_rand_index, stability
from entente.dialogue.opinion_groups.statements import Bridge, Divide, Stand, StatementRule
from entente.dialogue.opinion_groups.strata import Difference, StratumView, by_stratum
from entente.dialogue.opinion_groups.votes import AGREE, DISAGREE, PASS, Votes

__all__ = [
    "AGREE",
    "DISAGREE",
    "METHOD",
    "PASS",
    "Bridge",
    "Comparison",
    "Components",
    "Difference",
    "Divide",
    "Engine",
    "GroupingRule",
    "Outline",
    "PlainComponents",
    "PlainGroup",
    "PlainMap",
    "PolisResult",
    "Representative",
    "Result",
    "Settings",
    "Stability",
    "Stand",
    "StatementRule",
    "StratumView",
    "Trial",
    "Votes",
    "adjusted_rand_index",
    "by_stratum",
    "compare_with_polis",
    "engine_for",
    "find_groups",
    "groups_on_map",
    "nearest_group",
    "outline",
    "place",
    "polis_groups",
    "stability",
]
