"""The style sheets keep to what the look promises."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "entente" / "ui" / "static" / "ui"
SHEETS = sorted((STATIC / "style").glob("*.css"))
TOKENS = (STATIC / "style" / "tokens.css").read_text(encoding="utf-8")
PHYSICAL = re.compile(
    r"(^|[\s;{])(margin|padding|border|inset)?-?(left|right|top|bottom)\s*:"
    r"|[\s;{](width|height|min-height|max-height)\s*:"
    r"|(float|clear|text-align)\s*:\s*(left|right)"
)
# What is written: on which ground it stands.
TEXT = {
    "ink": ["paper", "raised", "sand", "accent-wash", "due-wash", "late-wash", "done-wash"],
    "ink-soft": ["paper", "raised", "sand", "accent-wash"],
    "accent": ["paper", "raised", "sand", "accent-wash"],
    "accent-strong": ["paper", "sand"],
    "on-accent": ["accent", "accent-strong"],
    "due": ["due-wash", "raised"],
    "late": ["late-wash", "raised", "paper", "sand"],
    "done": ["done-wash", "raised"],
    "exercise": ["exercise-wash", "paper"],
}
# What is drawn and has to be seen: edges of fields, fills of groups.
DRAWN = {
    "line-strong": ["paper", "raised", "sand"],
    **{f"group-{n}": ["raised", "sand"] for n in range(1, 6)},
}


def values(opening: str) -> dict[str, str]:
    """Return the colours of the rule that begins with `opening`."""
    rule = TOKENS.split(opening, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", rule))


THEMES = {
    "light": values("\n:root {"),
    "dark": values(':root:not([data-theme="light"]) {'),
}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("words", "ground"), [(w, g) for w, grounds in TEXT.items() for g in grounds])
def test_words_can_be_read_on_every_ground_they_stand_on(theme: str, words: str, ground: str) -> None:
    assert contrast(THEMES[theme][words], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("line", "ground"), [(w, g) for w, grounds in DRAWN.items() for g in grounds])
def test_edges_and_fills_can_be_seen(theme: str, line: str, ground: str) -> None:
    assert contrast(THEMES[theme][line], THEMES[theme][ground]) >= 3


def test_the_night_is_the_same_by_choice_and_by_device() -> None:
    assert values(':root[data-theme="dark"] {') == THEMES["dark"]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_knows_no_left_and_no_right(sheet: Path) -> None:
    for number, line in enumerate(sheet.read_text(encoding="utf-8").splitlines(), 1):
        without_queries = re.sub(r"@media.*", "", line)
        assert not PHYSICAL.search(without_queries), f"{sheet.name} line {number}: {line.strip()}"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_uses_only_values_that_exist(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    known = set(THEMES["light"]) | set(values("\n:root {")) | {"group"}
    known |= set(re.findall(r"--([\w-]+):", text))
    assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= known


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_stays_short_enough_to_read(sheet: Path) -> None:
    assert len(sheet.read_text(encoding="utf-8").splitlines()) <= 400


def test_every_sheet_is_on_every_page() -> None:
    layouts = STATIC.parents[1] / "templates" / "ui" / "layouts"
    linked = re.findall(r"ui/style/([\w-]+\.css)", (layouts / "base.html").read_text(encoding="utf-8"))
    assert sorted(linked) == [sheet.name for sheet in SHEETS]
    assert linked[0] == "tokens.css"


def test_a_behaviour_is_short_and_on_the_list() -> None:
    files = {path.stem: path for path in (STATIC / "behaviours").glob("*.js")}
    for path in files.values():
        assert len(path.read_text(encoding="utf-8").splitlines()) < 100, path.name
    loader = files.pop("attach").read_text(encoding="utf-8")
    listed = re.findall(r'"([\w-]+)": \(\) => import\("\./([\w-]+)\.js"\)', loader)
    assert all(name == module for name, module in listed)
    assert {name for name, _module in listed} == set(files) - {"theme-early"}
    assert all(one < other for one, other in pairwise(name for name, _module in listed))
