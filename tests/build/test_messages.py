from __future__ import annotations

import gettext
from pathlib import Path

import collect_messages
import compile_messages
import pytest


@pytest.mark.parametrize(
    ("template", "text", "context"),
    [
        ('{% translate "Close the dialogue" %}', "Close the dialogue", None),
        ('{% translate "It\'s open" %}', "It's open", None),
        ('{% translate "Open" context "a state" %}', "Open", "a state"),
        ('{{ _("Search") }}', "Search", None),
        (
            "{% blocktranslate trimmed %}\n  One sentence\n  on two lines.\n{% endblocktranslate %}",
            "One sentence on two lines.",
            None,
        ),
        (
            "{% blocktranslate count n=votes %}{{ n }} vote{% plural %}{{ n }} votes{% endblocktranslate %}",
            ("%(n)s vote", "%(n)s votes"),
            None,
        ),
    ],
)
def test_every_way_to_mark_a_text_in_a_template_is_found(
    template: str, text: collect_messages.Text, context: str | None
) -> None:
    assert list(collect_messages.texts_of_template(template, "page.html")) == [(text, context)]


def test_a_text_not_marked_is_left_alone() -> None:
    assert (
        list(collect_messages.texts_of_template("<p>gettext is a word</p> (_) {{ title }}", "page.html"))
        == []
    )


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(collect_messages, "PRODUCT", tmp_path / "entente")
    monkeypatch.setattr(collect_messages, "ROOT", tmp_path)
    templates = tmp_path / "entente" / "dialogue" / "templates"
    templates.mkdir(parents=True)
    (templates / "vote.html").write_text('{% translate "Agree" %} {% translate "Pass" %}')
    (tmp_path / "entente" / "dialogue" / "forms.py").write_text('label = _("Your statement")\n')
    return tmp_path


def test_what_is_translated_stays_and_what_left_the_code_goes(locale: Path) -> None:
    po = collect_messages.renew("fr", collect_messages.collect())
    po.write_text(po.read_text().replace('msgid "Agree"\nmsgstr ""', 'msgid "Agree"\nmsgstr "D’accord"'))
    (locale / "entente" / "dialogue" / "forms.py").write_text("")
    collect_messages.renew("fr", collect_messages.collect())
    assert 'msgstr "D’accord"' in po.read_text()
    assert "Your statement" not in po.read_text()


def test_collecting_twice_changes_nothing(locale: Path) -> None:
    po = collect_messages.renew("ar", collect_messages.collect())
    first = po.read_text()
    collect_messages.renew("ar", collect_messages.collect())
    assert po.read_text() == first


def test_arabic_has_its_six_forms_in_the_order_translators_know(locale: Path) -> None:
    po = collect_messages.renew("ar", collect_messages.collect())
    compile_messages.compile_catalogue(po)
    with po.with_suffix(".mo").open("rb") as compiled:
        plural = gettext.GNUTranslations(compiled).plural  # type: ignore[attr-defined]  # set from the header
    assert [plural(number) for number in (0, 1, 2, 3, 11, 100)] == [0, 1, 2, 3, 4, 5]


def test_only_what_changed_is_compiled(locale: Path) -> None:
    po = collect_messages.renew("ro", collect_messages.collect())
    assert compile_messages.stale_catalogues(locale) == [po]
    compile_messages.compile_catalogue(po)
    assert compile_messages.stale_catalogues(locale) == []
