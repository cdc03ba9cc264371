"""Pictures of a result, drawn as SVG."""

from entente.dialogue.pictures.opinion_map import (
    HEIGHT,
    WIDTH,
    MapWords,
    group_mark,
    numbers_on_map,
    opinion_map,
)
from entente.dialogue.pictures.share_lines import ChartWords, line_mark, share_lines

__all__ = [
    "HEIGHT",
    "WIDTH",
    "ChartWords",
    "MapWords",
    "group_mark",
    "line_mark",
    "numbers_on_map",
    "opinion_map",
    "share_lines",
]
