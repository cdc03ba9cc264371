"""The pages of broken glass, their messages, and the proof they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.test import Client, RequestFactory

from entente.audit import clock
from entente.audit.actors import Credential, acting, job
from entente.audit.models import Event
from entente.delivery.models import Message
from entente.people.models import Member
from entente.people.sign_in import has_fresh_proof, require_fresh_proof
from entente.records import services
from entente.records.models import Participation, Record
from entente.records.rules.glass import review_due
from entente.records.services import glass
from tests.conftest import City
from tests.people.sign_in_steps import PASSWORD, accept_with_password, account_of, code_for, set_up_codes
from tests.people.sign_in_steps import sign_in_with_code as with_code
from tests.records.glass_steps import REASON, agreement, outside

ClientOf = Callable[[Member], Client]
GLASS, LIST = "/staff/glass/", "/staff/glass/reviews/"


@pytest.fixture
def agreed(city: City) -> Iterator[City]:
    with agreement(city.amina, city.radu):
        yield city


def form(city: City, **changed: object) -> dict[str, object]:
    typed = {"reference": city.library.reference, "reason": REASON, "hours": "1", "is_told": "on"}
    return {**typed, **changed}


def broken(city: City) -> Participation:
    with acting(city.radu):
        return services.break_glass(city.library.reference, by=city.radu, reason=REASON)


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


# Breaking it


def test_the_page_says_what_happens_before_anything_happens(agreed: City, client_of: ClientOf) -> None:
    shown = text(client_of(agreed.radu), GLASS)
    for said in ("get a message at once", "within three working days", "professional secrecy stays shut"):
        assert said in " ".join(shown.lower().split())
    assert re.search(r'value="1"[^>]*checked', shown)


def test_it_opens_the_record_and_leads_there(agreed: City, client_of: ClientOf) -> None:
    radu = client_of(agreed.radu)
    response = radu.post(GLASS, form(agreed, reference=agreed.library.reference.lower()))
    assert response.status_code == 302
    page = radu.get(response["Location"], follow=True)
    assert page.status_code == 200
    shown = page.content.decode()
    assert agreed.library.title in shown
    assert "Its owner&#x27;s privacy officer is being told." in shown


def test_everybody_on_the_records_page_sees_who_has_it_open(agreed: City, client_of: ClientOf) -> None:
    matter = services.open_matter(by=agreed.amina, title="A flat", category="housing")
    with acting(agreed.radu):
        services.break_glass(matter.reference, by=agreed.radu, reason=REASON)
    for reader in (agreed.claire, agreed.radu):
        shown = text(client_of(reader), f"/staff/records/{matter.reference}/")
        assert "has this open in an emergency until" in shown
        assert REASON not in shown


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reference": ""}, "This field is required"),
        ({"reference": "DLG-7K3MPQ5"}, "a sign is missing or mistyped"),
        ({"reason": "Danger"}, "at least 20 characters"),
        ({"reason": ""}, "at least 20 characters"),
        ({"hours": "3"}, "Select a valid choice"),
        ({"hours": ""}, "This field is required"),
        ({"is_told": ""}, "Say that you know who is told"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    agreed: City, client_of: ClientOf, changed: dict[str, object], said: str
) -> None:
    response = client_of(agreed.radu).post(GLASS, form(agreed, **changed))
    assert response.status_code == 400
    assert said in response.content.decode()


def test_an_unknown_reference_and_one_of_others_get_the_same_page(agreed: City, client_of: ClientOf) -> None:
    peter = client_of(agreed.peter)
    pages = []
    for reference in (agreed.library.reference, "DLG-2222222"):
        response = peter.post(GLASS, form(agreed, reference=reference))
        assert response.status_code == 403
        shown = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
        pages.append(shown.replace(reference, "R"))
    assert pages[0] == pages[1]
    assert agreed.library.title not in pages[0]
    with acting(agreed.elisabeth):
        assert Event.objects.filter(name="records.glass_refused", actor_name="Peter Novak").count() == 2


def test_who_guesses_references_is_asked_to_wait(agreed: City, client_of: ClientOf) -> None:
    peter = client_of(agreed.peter)
    answers = {peter.post(GLASS, form(agreed, reference="DLG-2222222")).status_code for _try in range(11)}
    assert answers == {403, 429}


def test_while_the_right_pauses_the_page_says_so(agreed: City, client_of: ClientOf) -> None:
    broken(agreed)
    with clock.frozen(clock.now() + timedelta(days=9)):
        shown = text(client_of(agreed.radu), GLASS)
        assert "not reviewed within three working days" in shown
        assert "<textarea" not in shown
        assert "not reviewed within three working days" in text(client_of(agreed.radu), LIST)


# A fresh proof


def test_in_the_demo_a_choice_counts_for_five_minutes(agreed: City, client_of: ClientOf) -> None:
    radu = client_of(agreed.radu)
    assert "<textarea" in text(radu, GLASS)
    with clock.frozen(clock.now() + timedelta(minutes=5, seconds=1)):
        shown = text(radu, GLASS)
        assert "choose yourself again" in " ".join(shown.split())
        assert "<textarea" not in shown
        response = radu.post(GLASS, form(agreed))
        assert response.status_code == 400
        assert REASON in response.content.decode()
        radu.post("/en/demo/sign-in/", {"who": "radu"})
        assert "<textarea" in text(radu, GLASS)


def test_where_the_demo_is_not_installed_its_click_proves_nothing(
    agreed: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RequestFactory().get(GLASS)
    request.session = client_of(agreed.radu).session
    assert has_fresh_proof(request)
    monkeypatch.setattr(
        settings, "INSTALLED_APPS", [a for a in settings.INSTALLED_APPS if a != "entente.demo"]
    )
    assert not has_fresh_proof(request)
    with pytest.raises(ReauthenticationRequired):
        require_fresh_proof(request)


def test_a_code_proves_it_for_five_minutes_and_a_password_never(agreed: City) -> None:
    account = account_of(agreed.radu)
    accept_with_password(client := Client(), account)
    secret = set_up_codes(client)
    radu = Client()
    with_code(radu, account, code_for(secret, 1))
    assert "<textarea" in text(radu, GLASS)
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        asked = radu.get(GLASS)
        assert asked.status_code == 302
        assert asked["Location"] == f"/account/factors/again/?next={GLASS.replace('/', '%2F')}"
        radu.post("/account/again/", {"password": PASSWORD})
        assert radu.get(GLASS).status_code == 302


# Lists and reviews


def test_the_officer_reviews_it_on_a_page(agreed: City, client_of: ClientOf) -> None:
    opened = broken(agreed)
    helene = client_of(agreed.helene)
    assert f"/staff/glass/{opened.pk}/review/" in text(helene, "/staff/")
    assert agreed.library.reference in text(helene, LIST)
    page = f"/staff/glass/{opened.pk}/review/"
    shown = text(helene, page)
    assert REASON in shown
    assert "Broke the glass" in shown
    wrong = helene.post(page, {"finding": "justified", "words": ""})
    assert wrong.status_code == 400
    assert helene.post(page, {"finding": "unjustified", "words": "A call was enough."}).status_code == 302
    shown = text(helene, page)
    assert "Not justified" in shown
    assert "A call was enough." in shown
    assert "<textarea" not in shown
    again = helene.post(page, {"finding": "justified", "words": "Or so."}, follow=True)
    assert "A call was enough." in again.content.decode()


def test_a_review_is_not_found_by_others_and_refused_to_colleagues(agreed: City, client_of: ClientOf) -> None:
    page = f"/staff/glass/{broken(agreed).pk}/review/"
    assert client_of(agreed.amina).get(page).status_code == 403
    for other in (agreed.radu, agreed.lena, agreed.peter, agreed.elisabeth):
        assert client_of(other).get(page).status_code == 404
        assert client_of(other).post(page, {"finding": "justified", "words": "So."}).status_code == 404


def test_the_overseer_sees_when_and_who_and_neither_reason_nor_title(
    agreed: City, client_of: ClientOf
) -> None:
    broken(agreed)
    shown = text(client_of(agreed.elisabeth), LIST)
    for said in (agreed.library.reference, "Radu Ionescu", "Marenne Police", "working days left"):
        assert said in shown
    for hidden in (REASON, agreed.library.title):
        assert hidden not in shown


def test_whoever_broke_it_reads_the_finding(agreed: City, client_of: ClientOf) -> None:
    opened = broken(agreed)
    assert "Waits for review" in text(client_of(agreed.radu), LIST)
    with acting(agreed.helene):
        services.review_glass(opened, by=agreed.helene, finding="unclear", words="Nobody can say.")
    shown = text(client_of(agreed.radu), LIST)
    assert "Nobody can say." in shown
    assert "Can&#x27;t be told" in shown


def test_others_see_an_empty_list_that_says_so(agreed: City, client_of: ClientOf) -> None:
    broken(agreed)
    shown = text(client_of(agreed.lena), LIST)
    assert "You have never broken the glass." in shown
    assert agreed.library.reference not in shown


# Messages, as the worker writes them


WORKER = job("records.announce_glass", None)


@dataclass
class Watch:
    """A city of its own in which the owner acts for everybody; the police opened the draft on the library."""

    amina: Member
    radu: Member
    helene: Member
    opened: Participation
    library: Record

    def letters(self, template: str) -> list[Message]:
        with acting(WORKER):
            found = list(Message.objects.filter(template=f"records/{template}").order_by("made_at"))
            for letter in found:
                letter.address, letter.subject, letter.body  # noqa: B018  opened while the key is known
            return found


def member(slug: str) -> Member:
    """One of the cast, as the owner's command line may act for them."""
    with acting(WORKER):
        found = Member.objects.select_related("person", "organisation").get(
            person__email__startswith=f"{slug}."
        )
    found.credential = Credential("member", str(found.pk))
    return found


@pytest.fixture
def watch(connected_as: Callable[[str], str]) -> Iterator[Watch]:
    connected_as("entente_owner")
    amina, radu, helene = member("amina"), member("radu"), member("helene")
    with agreement(amina, radu):
        with acting(amina):
            library = Record.objects.visible_to(amina).filter(
                public_since=None, owner_id=amina.organisation_id
            )[0]
        with acting(radu):
            opened = services.break_glass(library.reference, by=radu, reason=REASON)
        yield Watch(amina, radu, helene, opened, library)


def test_the_officer_and_the_overseer_get_the_reference_and_nothing_else(watch: Watch) -> None:
    for _again in range(2):  # a job that was cut off is done again
        glass.announce_glass(watch.opened.pk, by=WORKER)
    letters = watch.letters("glass_broken")
    assert {letter.address for letter in letters} == {
        "helene.morel@city.marenne.example",
        "elisabeth.brandt@ombudsperson.marenne.example",
    }
    assert len(letters) == 2
    for letter in letters:
        whole = letter.subject + letter.body
        assert watch.library.reference in whole
        assert "Radu Ionescu" in whole
        assert REASON not in whole
        assert watch.library.title not in whole
    assert {letter.language for letter in letters} == {"fr", "en"}


def test_without_an_officer_the_coordinators_are_told(watch: Watch) -> None:
    with outside() as raw:
        raw.execute("update people_membership set role = 'member' where id = %s", [watch.helene.pk])
    glass.announce_glass(watch.opened.pk, by=WORKER)
    told = {letter.address for letter in watch.letters("glass_broken")}
    assert watch.amina.person.email in told
    assert watch.helene.person.email not in told


def test_reviews_are_reminded_of_on_the_last_day_and_told_late_once(watch: Watch) -> None:
    due = review_due(watch.opened.since)
    for at in (
        watch.opened.since,
        due - timedelta(hours=1),
        due - timedelta(minutes=1),
        due,
        due + timedelta(days=2),
    ):
        with clock.frozen(at):
            glass.remind_of_reviews(by=WORKER)
    assert [letter.address for letter in watch.letters("glass_review_due")] == [watch.helene.person.email]
    late = watch.letters("glass_review_late")
    assert len(late) == 3
    assert watch.radu.person.email in {letter.address for letter in late}
    for letter in late:
        assert REASON not in letter.body
        assert watch.library.title not in letter.body


def test_what_is_reviewed_is_not_reminded_of(watch: Watch) -> None:
    with acting(watch.helene):
        services.review_glass(watch.opened, by=watch.helene, finding="justified", words="Yes.")
    with clock.frozen(review_due(watch.opened.since)):
        glass.remind_of_reviews(by=WORKER)
    assert watch.letters("glass_review_due") + watch.letters("glass_review_late") == []


@pytest.mark.parametrize(("finding", "overseers"), [("justified", 0), ("unclear", 0), ("unjustified", 1)])
def test_whoever_broke_it_is_told_that_there_is_a_finding(watch: Watch, finding: str, overseers: int) -> None:
    with acting(watch.helene):
        services.review_glass(watch.opened, by=watch.helene, finding=finding, words="My words.")
    for _again in range(2):
        glass.tell_finding(watch.opened.pk, by=WORKER)
    (letter,) = watch.letters("glass_reviewed")
    assert letter.address == watch.radu.person.email
    assert "/staff/glass/reviews/" in letter.body
    assert len(watch.letters("glass_unjustified")) == overseers
    for letter in watch.letters("glass_reviewed") + watch.letters("glass_unjustified"):
        assert "My words." not in letter.body
        assert watch.library.title not in letter.body
