"""The pages of agreements: what each shows to whom, and that every step asks before it is taken."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client

from entente.agreements import register, services
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.actors import acting
from entente.records import services as records
from tests.agreements.signatories import Signatories, clause, drafted, in_force
from tests.conftest import City

REASON = {"reason": "A letter went astray."}


@pytest.fixture
def who(city: City) -> Signatories:
    return Signatories.of(city)


def page(agreement: Agreement, step: str = "") -> str:
    return f"/staff/agreements/{agreement.pk}/{step}"


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return words(answer.content.decode())


def words(html: str) -> str:
    """What stands on a page, without its tags."""
    main = html.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def state(agreement: Agreement, who: Signatories) -> str:
    with acting(who.amina):
        return register.agreements(who.amina).get(pk=agreement.pk).state


def test_the_list_says_what_each_opens_to_us_and_what_it_asks_of_us(who: Signatories) -> None:
    agreement = drafted(who)
    for_city = shown(who.client(who.amina), "/staff/agreements/")
    assert "Nothing yet. Foreseen: information from the police" in for_city
    assert "Nothing yet. Foreseen: plan and goals, contact persons and meeting dates" in for_city
    services.sign_agreement(agreement, by=who.amina)
    services.sign_agreement(agreement, by=who.police)
    services.bring_into_force(agreement, by=who.amina)
    for_police = shown(who.client(who.constable), "/staff/agreements/")
    assert "Plan and goals, contact persons and meeting dates Information from the police" in for_police
    for_others = shown(who.client(who.harbour), "/staff/agreements/").partition("Between others")[2]
    assert "Return and support" in for_others
    assert "Plan and goals" not in for_others


def test_the_empty_list_says_what_an_agreement_is_for(who: Signatories) -> None:
    empty = render_to_string("agreements/agreements.html", {"own": [], "others": []})
    assert "No agreements yet" in empty
    assert "A coordinator or a data protection officer drafts it" in empty


def test_one_agreement_says_where_it_stands_and_what_may_go_from_whom_to_whom(who: Signatories) -> None:
    agreement = drafted(who)
    clause(agreement, who, category=Category.MENTAL_HEALTH, opens_secrecy=True, legal_basis="Article 9(2)(h)")
    services.begin_interim(agreement, by=who.amina)
    seen = shown(who.client(who.constable), page(agreement))
    for sentence in (
        "City of Marenne, Marenne Police share what the clauses name, to prepare a release or a return",
        "Not everybody has signed",
        "Marenne Police Has not signed yet",
        "specially protected by law",
        "opens professional secrecy",
        "holds before signature",
        "Article 9(2)(h)",
        "None stated",
        "Amina Haddad let it begin as interim",
        "Amina Haddad added clause 1: “plan and goals” to prepare a release or a return.",
    ):
        assert sentence in seen, sentence
    assert "What you can do" not in seen
    assert "Before it can be in force" not in seen
    assert "Still missing: City of Marenne, Marenne Police" in shown(who.client(who.helene), page(agreement))


@pytest.mark.parametrize("step", ["", "sign/", "interim/", "force/", "suspend/", "resume/", "end/", "leave/"])
def test_the_draft_of_others_does_not_exist(who: Signatories, step: str) -> None:
    agreement = drafted(who)
    outsider = who.client(who.harbour)
    assert outsider.get(page(agreement, step)).status_code == 404
    assert outsider.post(page(agreement, step), REASON).status_code == 404
    assert agreement.title not in shown(outsider, "/staff/agreements/")


def test_it_is_signed_and_brought_into_force_on_the_pages(who: Signatories) -> None:
    agreement = drafted(who)
    for member in (who.police, who.amina):
        client = who.client(member)
        read = shown(client, page(agreement, "sign/"))
        assert "What you sign" in read
        assert "Information from the police" in read
        answer = client.post(page(agreement, "sign/"), {"clauses": 3}, follow=True)
        assert "Your organisation has signed." in words(answer.content.decode())
    amina = who.client(who.amina)
    assert "every clause holds" in shown(amina, page(agreement, "force/"))
    answer = amina.post(page(agreement, "force/"), follow=True)
    assert "Amina Haddad signed for City of Marenne." in words(answer.content.decode())
    assert state(agreement, who) == "in_force"


def test_nobody_signs_a_clause_that_came_while_they_were_reading(who: Signatories) -> None:
    agreement = drafted(who)
    client = who.client(who.police)
    client.get(page(agreement, "sign/"))
    clause(agreement, who)
    answer = client.post(page(agreement, "sign/"), {"clauses": 3})
    assert answer.status_code == 409
    assert "A clause was added while you were reading" in words(answer.content.decode())
    with acting(who.amina):
        assert not any(party.signed_at for party in register.parties_of([agreement.pk], who.amina))


@pytest.mark.parametrize("count", ["", "x", "-1"])
def test_a_signature_that_does_not_say_what_was_read_is_none(who: Signatories, count: str) -> None:
    agreement = drafted(who)
    assert who.client(who.police).post(page(agreement, "sign/"), {"clauses": count}).status_code == 400


def test_opening_a_confirmation_changes_nothing(who: Signatories) -> None:
    agreement = in_force(who)
    for step in ("suspend/", "end/", "leave/"):
        assert "Can it be undone?" in shown(who.client(who.amina), page(agreement, step))
    assert state(agreement, who) == "in_force"


def test_suspending_says_what_it_closes_and_everybody_reads_why(who: Signatories) -> None:
    agreement = in_force(who)
    with acting(who.amina):
        for title in ("One", "Two"):
            matter = records.open_matter(by=who.amina, title=title, category=Category.PLAN)
            records.share_record(
                matter,
                by=who.amina,
                to=who.police.organisation,
                agreement=agreement,
                purpose=Purpose.PREPARE_RETURN,
            )
    amina = who.client(who.amina)
    assert "2 records of your organisation" in shown(amina, page(agreement))
    asked = shown(amina, page(agreement, "suspend/"))
    assert "At that second 2 records that your organisation shares under it are closed" in asked
    assert "That is 2 invitations." in asked
    leaving = shown(who.client(who.police), page(agreement, "leave/"))
    assert "Your organisation shares no record under it" in leaving
    assert "2 records of other organisations are closed to you" in leaving
    amina.post(page(agreement, "suspend/"), REASON)
    for member in (who.amina, who.constable, who.harbour):
        seen = shown(who.client(member), page(agreement))
        assert "Suspended. The reason: A letter went astray." in seen
        assert "It opens nothing until it is resumed" in seen
    assert "closed at this moment" in shown(amina, page(agreement))
    amina.post(page(agreement, "resume/"))
    assert state(agreement, who) == "in_force"


@pytest.mark.parametrize("reason", ["", "   ", "\u200b\u200b", "…", "x" * 501])
@pytest.mark.parametrize("step", ["suspend/", "end/", "leave/"])
def test_a_step_that_others_feel_needs_a_reason_in_words(who: Signatories, step: str, reason: str) -> None:
    agreement = in_force(who)
    answer = who.client(who.amina).post(page(agreement, step), {"reason": reason})
    assert answer.status_code == 400
    assert state(agreement, who) == "in_force"


def test_the_end_and_the_leaving_are_told_with_their_reasons(who: Signatories) -> None:
    left, ended = in_force(who), in_force(who)
    who.client(who.police).post(page(left, "leave/"), {"reason": "No basis in law."})
    seen = shown(who.client(who.amina), page(left))
    assert "Marenne Police Has left" in seen
    assert "Radu Ionescu took Marenne Police out of it and said why: “No basis in law.”" in seen
    who.client(who.helene).post(page(ended, "end/"), {"reason": "A new one replaces it."})
    seen = shown(who.client(who.constable), page(ended))
    assert "Ended. The reason: A new one replaces it." in seen
    assert "Holds" not in seen
    assert "What you can do" not in shown(who.client(who.amina), page(ended))


@pytest.mark.parametrize(
    ("member", "step", "status"),
    [
        ("police", "suspend/", 403), ("claire", "suspend/", 403), ("harbour", "leave/", 403),
        ("constable", "leave/", 403), ("amina", "sign/", 409), ("amina", "interim/", 409),
        ("amina", "resume/", 409), ("amina", "force/", 409),
    ],
)  # fmt: skip
def test_who_may_not_and_what_can_not_be_now(who: Signatories, member: str, step: str, status: int) -> None:
    agreement = in_force(who)
    client = who.client(getattr(who, member))
    assert client.get(page(agreement, step)).status_code == status
    assert client.post(page(agreement, step), {**REASON, "clauses": 3}).status_code == status
    assert state(agreement, who) == "in_force"


def test_a_time_that_ran_out_is_an_end(who: Signatories) -> None:
    agreement = in_force(who)
    soon = clock.now() + timedelta(minutes=1)
    services.end_agreement(agreement, by=who.amina, reason="Over on Friday.", at=soon)
    client = who.client(who.amina)
    assert "Ended" not in shown(client, page(agreement)).partition("History")[0]
    with clock.frozen(soon + timedelta(minutes=1)):
        seen = shown(client, page(agreement))
    assert "Ended. The reason: Over on Friday." in seen


def test_a_visitor_is_asked_to_sign_in(who: Signatories) -> None:
    agreement = in_force(who)
    answer = Client().get(page(agreement))
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


def test_a_long_agreement_is_read_part_by_part(who: Signatories, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement, client = drafted(who), who.client(who.amina)
    whole = shown(client, page(agreement))
    assert "Who gives" not in whole
    monkeypatch.setattr("entente.agreements.views.WHOLE", 1)
    first = shown(client, page(agreement))
    assert "What for" in first
    assert "Information from the police" not in first.partition("What may go from whom to whom")[2]
    police = shown(client, f"{page(agreement)}?from=police").partition("What may go from whom to whom")[2]
    assert "Information from the police" in police
    shown(client, f"{page(agreement)}?purpose=none&from=nobody")
