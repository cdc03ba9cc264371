"""The local strategy: written by two, cited only from what is public, adopted, public, reviewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from entente.audit import clock
from entente.audit.actors import VISITOR, acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.partnership.models import Citation, Passage, PlannedAction, Strategy
from entente.partnership.queries import decisions, library_waiting
from entente.partnership.queries import strategy as queries
from entente.partnership.services import strategy as services
from entente.partnership.services import strategy_parts as parts
from entente.people.models import Area, Member, Organisation
from tests.conftest import City

ClientOf = Callable[[Member], Client]
FIRST, LAST = date(2031, 1, 1), date(2033, 12, 31)


def drafted(by: Member, **more: Any) -> Strategy:
    told: dict[str, Any] = {"title": "Nearer", "first_day": FIRST, "last_day": LAST} | more
    return services.draft_strategy(by=by, **told)


def passage(strategy: Strategy, part: str, by: Member) -> Passage:
    with acting(by):
        found = queries.whole(strategy, by).passage(part)
    assert found
    return found


def written(by: Member, owner: Organisation | None = None) -> Strategy:
    """A draft with every part, one objective and one action."""
    strategy = drafted(by)
    for part in Passage.Part.values:
        parts.edit_passage(passage(strategy, part, by), by=by, language="en", text=f"About {part}.")
    objective = parts.add_objective(
        strategy, by=by, by_when=LAST, what="Answers in time", measure="Share", baseline="4", target="8"
    )
    parts.add_strategy_action(
        objective,
        by=by,
        what="One door",
        owner=owner or by.organisation,
        post="Prevention",
        starts_on=FIRST,
        ends_on=LAST,
        budget=Decimal("100.10"),
        secured=Decimal("60.05"),
    )
    return strategy


def adopted(by: Member, owner: Organisation | None = None) -> Strategy:
    strategy = services.consult_on_strategy(written(by, owner), by=by, consulted_with="All members.")
    return services.adopt_strategy(
        strategy, by=by, adopted_on=clock.today(), adopted_by="The council", reason="It is good."
    )


def in_force(by: Member, owner: Organisation | None = None) -> Strategy:
    return services.bring_strategy_into_force(adopted(by, owner), by=by)


def only_action(strategy: Strategy, by: Member) -> PlannedAction:
    with acting(by):
        return queries.doings(strategy, by)[0].action


def test_from_draft_to_force_everybody_reads_it(city: City) -> None:
    strategy = in_force(city.amina)
    with acting(VISITOR):
        found = queries.whole(queries.versions_of(strategy.reference, VISITOR)[0], VISITOR)
    assert [one.said("text") for one in found.passages if one.part == "need"] == ["About need."]
    assert (len(found.objectives), len(found.doings), found.reviews[0].held_on) == (1, 1, None)


def test_a_draft_is_for_its_keeper_and_then_for_every_member(city: City) -> None:
    strategy = written(city.amina)
    for reader, number in ((city.claire, 1), (city.lena, 0), (city.peter, 0)):
        with acting(reader):
            assert len(queries.versions_of(strategy.reference, reader)) == number
            assert Passage.objects.visible_to(reader).filter(strategy_id=strategy.pk).count() == number * 4
    services.consult_on_strategy(strategy, by=city.amina, consulted_with="All.")
    with acting(city.lena):
        assert len(queries.versions_of(strategy.reference, city.lena)) == 1
    with acting(VISITOR):
        assert queries.versions_of(strategy.reference, VISITOR) == []


def test_each_step_is_logged_with_its_reason(city: City) -> None:
    adopted(city.amina)
    with acting(city.elisabeth):
        names = set(Event.objects.filter(name__startswith="partnership.").values_list("name", flat=True))
        event = Event.objects.filter(name="partnership.strategy_adopted").latest("at")
    assert event.why == "Your organisation keeps this strategy."
    assert {"partnership.strategy_consulted", "partnership.passage_edited"} <= names


def test_a_colleague_writes_and_another_organisation_does_not(city: City) -> None:
    strategy = drafted(city.amina)
    need = passage(strategy, "need", city.amina)
    parts.edit_passage(need, by=city.claire, language="fr", text="Le besoin.")
    services.consult_on_strategy(written(city.amina), by=city.amina, consulted_with="All.")
    with pytest.raises(Refused, match="coordinator"):
        services.edit_strategy(
            strategy, by=city.claire, language="en", title="x", first_day=FIRST, last_day=LAST
        )
    public = in_force(city.amina)
    with pytest.raises(Refused):
        parts.edit_passage(passage(public, "need", city.lena), by=city.lena, language="en", text="x")


def test_what_was_adopted_keeps_its_words(city: City) -> None:
    strategy = adopted(city.amina)
    with pytest.raises(Refused, match="keeps its words"):
        parts.edit_passage(passage(strategy, "need", city.amina), by=city.amina, language="en", text="x")
    with pytest.raises(Refused, match="keeps its words"):
        parts.remove_part(only_action(strategy, city.amina), by=city.amina)


def test_it_is_adopted_only_whole_and_after_the_members_were_asked(city: City) -> None:
    strategy = drafted(city.amina)
    with pytest.raises(Refused, match="statement of need"):
        services.consult_on_strategy(strategy, by=city.amina, consulted_with="All.")
    told = {"adopted_on": clock.today(), "adopted_by": "The council", "reason": "Good."}
    with pytest.raises(Refused, match="after the members"):
        services.adopt_strategy(written(city.amina), by=city.amina, **told)  # type: ignore[arg-type]
    for part in ("need", "purpose"):
        parts.edit_passage(passage(strategy, part, city.amina), by=city.amina, language="en", text="x")
    asked = services.consult_on_strategy(strategy, by=city.amina, consulted_with="All.")
    with pytest.raises(Refused, match="still empty"):
        services.adopt_strategy(asked, by=city.amina, **told)  # type: ignore[arg-type]


def test_one_strategy_for_the_same_years(city: City) -> None:
    first = in_force(city.amina)
    with pytest.raises(Refused, match="is in force for these years"):
        services.bring_strategy_into_force(adopted(city.amina), by=city.amina)
    services.supersede_strategy(first, by=city.amina, reason="The council wanted another.")
    assert in_force(city.amina).state == "in_force"


def test_a_new_version_carries_everything_and_supersedes(city: City) -> None:
    strategy = in_force(city.amina)
    action = only_action(strategy, city.amina)
    parts.note_progress(action, by=city.amina, state="going", note="Half way.", secured=Decimal(70))
    draft = services.draft_strategy_version(strategy, by=city.amina)
    with acting(city.amina):
        doing = queries.doings(draft, city.amina)[0]
    assert (doing.state, doing.secured, doing.progress) == ("going", Decimal("70.00"), [])
    asked = services.consult_on_strategy(draft, by=city.amina, consulted_with="All.")
    services.adopt_strategy(asked, by=city.amina, adopted_on=clock.today(), adopted_by="We", reason="Good.")
    services.bring_strategy_into_force(asked, by=city.amina)
    with acting(city.peter):
        states = [one.state for one in queries.versions_of(strategy.reference, city.peter)]
    assert states == ["in_force", "superseded"]


def test_a_review_is_kept_and_the_next_is_due_in_a_year(city: City) -> None:
    strategy = in_force(city.amina)
    services.review_strategy(strategy, by=city.amina, language="en", learnt="Much.", changes="Little.")
    with acting(VISITOR):
        reviews = queries.whole(queries.versions_of(strategy.reference, VISITOR)[0], VISITOR).reviews
    assert [one.said("learnt") for one in reviews] == ["Much.", ""]
    assert reviews[1].due_on == clock.today() + timedelta(days=365)


# Sources


def test_a_published_dialogue_is_cited_by_its_reference(city: City) -> None:
    strategy = drafted(city.amina)
    need = passage(strategy, "need", city.amina)
    parts.cite(need, by=city.amina, reference=city.evenings.reference, sentence="Quiet after eleven.")
    with acting(city.amina):
        found = queries.whole(strategy, city.amina)
    assert [title for _record, title in found.records.values()] == ["Evenings in Saint-Roch"]


def test_a_public_decision_is_cited_by_its_reference(city: City) -> None:
    with acting(VISITOR):
        public = decisions.essences(VISITOR)[0]
    strategy = drafted(city.amina)
    parts.cite(passage(strategy, "need", city.amina), by=city.amina, reference=public.reference)
    with acting(city.amina):
        assert queries.whole(strategy, city.amina).decisions == {public.reference: public}


@pytest.mark.parametrize("which", ["library", "nothing"])
def test_what_is_not_public_is_never_cited(city: City, which: str) -> None:
    need = passage(drafted(city.amina), "need", city.amina)
    reference = city.library.reference if which == "library" else "DLG-2222222"
    with pytest.raises(Refused, match="cites what everybody may read"):
        parts.cite(need, by=city.amina, reference=reference)


def test_the_second_wall_refuses_a_citation_of_what_is_not_public(city: City) -> None:
    need = passage(drafted(city.amina), "need", city.amina)
    for record in (city.library.pk, None):
        citation = Citation(
            strategy=need.strategy, passage=need, record_id=record, reference=city.library.reference
        )
        with (
            acting(city.amina),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            citation.save(force_insert=True)


# Money and progress


@pytest.mark.parametrize(
    ("money", "days"),
    [(("10", "20"), (FIRST, LAST)), (("10", "5"), (LAST, FIRST)), (("10", "5"), (date(2030, 1, 1), LAST))],
)
def test_an_action_that_does_not_add_up_is_refused(
    city: City, money: tuple[str, str], days: tuple[date, date]
) -> None:
    objective = parts.add_objective(drafted(city.amina), by=city.amina, by_when=LAST, what="x")
    with pytest.raises(Refused):
        parts.add_strategy_action(
            objective,
            by=city.amina,
            what="x",
            post="x",
            owner=city.amina.organisation,
            starts_on=days[0],
            ends_on=days[1],
            budget=Decimal(money[0]),
            secured=Decimal(money[1]),
        )


def test_the_organisation_that_owns_an_action_says_how_far_it_is(city: City) -> None:
    strategy = in_force(city.amina, city.ioana.organisation)
    action = only_action(strategy, city.amina)
    parts.note_progress(action, by=city.ioana, state="going", note="It began.", secured=Decimal(60))
    for by in (city.lena, city.peter, city.elisabeth):
        with pytest.raises(Refused, match="owns an action"):
            parts.note_progress(action, by=by, state="done", note="x", secured=Decimal(0))
    with pytest.raises(Refused, match="Say why"):
        parts.note_progress(action, by=city.ioana, state="dropped", note="", secured=Decimal(0))
    with pytest.raises(Refused, match="at most"):
        parts.note_progress(action, by=city.ioana, state="done", note="x", secured=Decimal(500))


def test_a_late_action_waits_for_its_owner(city: City) -> None:
    strategy = in_force(city.amina, city.ioana.organisation)
    with clock.frozen(clock.now().replace(year=2031, month=6, day=1)), acting(city.ioana):
        assert any("One door" in one.sentence for one in library_waiting.waiting(city.ioana))
    action = only_action(strategy, city.amina)
    parts.note_progress(action, by=city.ioana, state="going", note="It began.", secured=Decimal(60))
    with clock.frozen(clock.now().replace(year=2031, month=6, day=1)), acting(city.ioana):
        assert not any("One door" in one.sentence for one in library_waiting.waiting(city.ioana))


def test_every_part_is_written_in_a_second_language(city: City) -> None:
    strategy = written(city.amina)
    with acting(city.amina):
        found = queries.whole(strategy, city.amina)
    told: dict[str, Any] = {
        "sort": "asset",
        "area": None,
        "text": "A market",
        "source": "Walk",
        "source_on": FIRST,
    }
    finding = parts.add_finding(strategy, by=city.amina, **told)
    finding = parts.edit_finding(finding, by=city.claire, language="fr", text="Un marché", source="Marche")
    objective = parts.edit_objective(found.objectives[0], by=city.amina, language="fr", what="À temps")
    action = parts.edit_strategy_action(
        found.doings[0].action, by=city.amina, language="fr", what="Une porte", post="Prévention"
    )
    with translation.override("fr"):
        assert [str(part) for part in (finding, objective, action)] == ["Un marché", "À temps", "Une porte"]
    assert str(objective) == "Answers in time"
    with pytest.raises(Refused, match="at most"):
        parts.edit_strategy_action(
            action, by=city.amina, language="en", what="x", post="x", secured=Decimal(900)
        )


# The second wall


def touched(by: Member, sql: str, *values: Any) -> int:
    """How many rows an SQL statement changes; -1 when PostgreSQL refuses it."""
    with acting(by), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(sql, list(values))
                return int(cursor.rowcount)
        except ProgrammingError:
            return -1


@pytest.mark.parametrize(
    "table", ["passage", "finding", "objective", "plannedaction", "progress", "citation", "strategyreview"]
)
def test_nobody_changes_or_takes_out_what_was_adopted_by_sql(city: City, table: str) -> None:
    strategy = in_force(city.amina)
    action = only_action(strategy, city.amina)
    parts.note_progress(action, by=city.amina, state="going", note="Half way.", secured=Decimal(70))
    text = "source = 'x'" if table == "citation" else "texts = '{}'"
    for by in (city.amina, city.claire, city.lena, city.peter):
        changed = touched(by, f"update partnership_{table} set {text} where true")
        assert changed <= 0 or (table == "strategyreview" and by == city.amina)
        assert touched(by, f"delete from partnership_{table} where true") <= 0


def test_nobody_changes_an_adopted_strategy_by_sql(city: City) -> None:
    strategy = adopted(city.amina)
    for change in ("texts = '{}'", "state = 'draft'", "first_day = '2000-01-01'", "adopted_on = null"):
        for by in (city.amina, city.lena):
            assert touched(by, f"update partnership_strategy set {change} where id = %s", strategy.pk) <= 0
    assert touched(city.lena, "update partnership_strategy set public_since = now()") <= 0


def test_another_organisation_adds_nothing_by_sql(city: City) -> None:
    strategy = written(city.amina)
    row = Passage(strategy=strategy, part="need")
    with acting(city.lena), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


# Pages


def page_of(name: str, strategy: Strategy, *more: object) -> str:
    return reverse(f"partnership_staff:{name}", args=[strategy.reference, *more])


def test_two_who_write_one_passage_see_both_texts(city: City, client_of: ClientOf) -> None:
    strategy = drafted(city.amina)
    page = page_of("edit_passage", strategy, "need", "en")
    seen = client_of(city.amina).get(page).context["form"]["seen"].value()
    assert client_of(city.claire).post(page, {"text": "Claire's words", "seen": seen}).status_code == 302
    answer = client_of(city.amina).post(page, {"text": "Amina's words", "seen": seen})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Claire&#x27;s words" in shown
    assert "Amina&#x27;s words" in shown
    assert passage(strategy, "need", city.amina).said("text") == "Claire's words"
    again = {"text": "Both", "seen": answer.context["form"]["seen"].value()}
    assert client_of(city.amina).post(page, again).status_code == 302


def test_the_pages_write_every_part(city: City, client_of: ClientOf) -> None:
    client, strategy = client_of(city.amina), drafted(city.amina)
    with acting(city.amina):
        area = Area.objects.get(slug="saint_roch")
    finding = {
        "sort": "need",
        "area": str(area.pk),
        "text": "Loud nights",
        "source": "Walk",
        "source_on": "2030-01-01",
    }
    assert client.post(page_of("add_strategy_part", strategy, "finding"), finding).status_code == 302
    goal = {"what": "Quiet", "measure": "Calls", "baseline": "9", "target": "3", "by_when": "2032-01-01"}
    assert client.post(page_of("add_strategy_part", strategy, "objective"), goal).status_code == 302
    with acting(city.amina):
        found = queries.whole(strategy, city.amina)
    objective = found.objectives[0]
    action = {"objective": str(objective.pk), "what": "A bus", "owner": str(city.amina.organisation_id)}
    action |= {"post": "Mobility", "starts_on": "2031-02-01", "ends_on": "2031-03-01", "currency": "EUR"}
    wrong = client.post(
        page_of("add_strategy_part", strategy, "action"), action | {"budget": "1", "secured": "2"}
    )
    assert wrong.status_code == 422
    right = client.post(
        page_of("add_strategy_part", strategy, "action"), action | {"budget": "3", "secured": "2"}
    )
    assert right.status_code == 302
    part = page_of("edit_strategy_part", strategy, objective.pk, "fr")
    shown = client.get(part).content.decode()
    assert "Quiet" in shown  # the original beside the empty form
    assert client.post(part, goal | {"what": "Le calme", "seen": "1"}).status_code == 302
    assert client.post(part, goal | {"what": "La paix", "seen": "1"}).status_code == 409
    out = page_of("remove_strategy_part", strategy, objective.pk)
    assert client.post(out).status_code == 409
    gone = page_of("remove_strategy_part", strategy, found.findings[0].pk)
    assert client.get(gone).status_code == 200
    assert client.post(gone).status_code == 302
    assert client.get(page_of("add_strategy_part", strategy, "nothing")).status_code == 404
    assert client_of(city.lena).get(part).status_code == 404


def test_the_pages_cite_and_take_out(city: City, client_of: ClientOf) -> None:
    client, strategy = client_of(city.amina), drafted(city.amina)
    page = page_of("cite", strategy, "need")
    assert client.post(page, {"reference": "DLG-7"}).status_code == 422
    assert client.post(page, {"source": "A paper"}).status_code == 422
    refused = client.post(page, {"reference": city.library.reference})
    assert refused.status_code == 409
    assert city.library.title not in refused.content.decode()
    assert client.post(page, {"reference": city.evenings.reference.lower()}).status_code == 302
    shown = client.get(page_of("strategy", strategy)).content.decode()
    assert "Evenings in Saint-Roch" in shown
    with acting(city.amina):
        cited = Citation.objects.visible_to(city.amina).get(strategy_id=strategy.pk)
    assert client.post(page_of("remove_citation", strategy, cited.pk)).status_code == 302
    assert "Evenings in Saint-Roch" not in client.get(page_of("strategy", strategy)).content.decode()


def test_the_steps_lead_to_the_public_page(city: City, client_of: ClientOf) -> None:
    client, strategy = client_of(city.amina), written(city.amina)
    for name, typed in (
        ("consult_on_strategy", {"consulted_with": "All."}),
        ("adopt_strategy", {"adopted_on": "2030-12-01", "adopted_by": "The council", "reason": "Good."}),
        ("bring_strategy_into_force", {}),
    ):
        assert client.get(page_of(name, strategy)).status_code == 200
        assert client.post(page_of(name, strategy), typed).status_code == 302, name
    action = only_action(strategy, city.amina)
    told = {"state": "going", "note": "Half way there.", "secured": "70"}
    assert client.post(page_of("note_progress", strategy, action.pk), told).status_code == 302
    assert client_of(city.lena).get(page_of("note_progress", strategy, action.pk)).status_code == 403
    review = {"learnt": "Much.", "changes": "Little."}
    assert client.post(page_of("review_strategy", strategy), review).status_code == 302
    shown = Client().get(reverse("partnership:strategy_version", args=[strategy.reference])).content.decode()
    for word in (
        "About purpose.",
        "Half way there.",
        "100.10 EUR",
        "70 EUR",
        "30.10 EUR",
        "Much.",
        "The council",
    ):
        assert word in shown, word


def test_everybody_reads_the_strategy_of_marenne(city: City) -> None:
    shown = Client().get("/en/strategy/").content.decode()
    for word in ("Close to each other", "Evenings in Saint-Roch", "Saint-Roch", "a person for the family"):
        assert word in shown, word
    for language, word in (("fr", "Proches les uns"), ("ar", "قريبون بعضنا"), ("ro", "Aproape unii")):
        assert word in Client().get(f"/{language}/strategy/").content.decode()


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_it_is_a_paper_in_four_languages(city: City, language: str) -> None:
    answer = Client().get(f"/{language}/strategy.pdf")
    assert answer.status_code == 200
    assert answer.content[:5] == b"%PDF-"


def test_the_list_and_the_page_ask_as_much_for_many_as_for_few(city: City, client_of: ClientOf) -> None:
    client, strategy, counts = client_of(city.amina), written(city.amina), []
    with acting(city.amina):
        objective = queries.whole(strategy, city.amina).objectives[0]
    objective.strategy = strategy
    for number in (2, 27):
        for at in range(number):
            drafted(city.amina, title=f"Nearer {at}")
            parts.add_finding(
                strategy, by=city.amina, sort="need", area=None, text="x", source="y", source_on=FIRST
            )
            parts.add_strategy_action(
                objective,
                by=city.amina,
                what=f"Step {at}",
                post="x",
                owner=city.amina.organisation,
                starts_on=FIRST,
                ends_on=LAST,
            )
        for page in (reverse("partnership_staff:strategies"), page_of("strategy", strategy)):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 20
