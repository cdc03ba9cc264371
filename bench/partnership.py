"""The partnership at the size of a capital: directory, lists, a file brought in, a full matrix."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bench.house import connect_as, cost, run_sql, sign_in_as
from bench.promise import Promise
from tests import database as test_database  # a private PostgreSQL with the city in it

RUNS = 9
ORGANISATIONS, POSTS_EACH, AGREEMENTS = 5_000, 4, 400
IMPORTED = 20_000
PARTIES, PURPOSES, NEIGHBOURS = 20, 8, 4
# The same thing as four languages write it; each line is found by all of its spellings.
SPELLINGS = {
    "English": ("hospital", "hopsital"),
    "French": ("hôpital", "hopital"),
    "Arabic": ("المستشفى", "مستشفى", "والمستشفي"),
    "Romanian": ("școală", "şcoală", "scoala"),
}
NAMES = (
    ("health", "Hospital {n} of {p}", {"fr": "Hôpital {n} de {p}", "ar": "مستشفى {p} {n}"}),
    ("school", "Școala {n} {p}", {"en": "School {n} of {p}"}),
    ("youth_work", "Maison des jeunes {n} – {p}", {"en": "Youth house {n} of {p}"}),
    ("faith", "مسجد {p} {n}", {"en": "Mosque {n} of {p}", "ro": "Moscheea {n} din {p}"}),
    ("victim_support", "Women's house {n}, {p}", {"ro": "Casa femeilor {n}, {p}"}),
)
PLACES = ("Old Port", "North Quay", "Lindens", "University Hill", "Mill Fields", "Saint-Roch")
LISTS = {
    "amina": (
        "directory/", "directory/stale/", "directory/coverage/", "directory/network/", "groups/",
        "commitments/", "decisions/", "agreements/", "register/", "protocols/", "strategy/",
        "resources/", "funding/",
    ),
    "elisabeth": ("complaints/", "decisions/"),
}  # fmt: skip


def promises() -> Iterator[Promise]:
    """Measure one after the other, on a copy of the tests' city; CPU is the web process's."""
    admin_url = test_database.copy_of_city("bench")
    try:
        connect_as(admin_url, "entente_owner")
        import django

        django.setup()
        random.seed(5)
        made = 0
        for size in (ORGANISATIONS // 10, ORGANISATIONS):
            connect_as(admin_url, "entente_owner")
            _fill(made, size)
            made = size
            connect_as(admin_url, "entente_staff")
            yield from _lists(size)
        yield from _searches()
        _tell_sharing()
        yield from _matrix(admin_url)
        yield from _import(admin_url)
    finally:
        from django.db import connection

        from entente.config.database import drop_database

        connection.close()
        drop_database(admin_url, "bench")


def _fill(first: int, last: int) -> None:
    """Organisations with their posts, agreements, groups and commitments, in step with each other."""
    from entente.audit.actors import acting, job
    from entente.people.models import Organisation
    from entente.people.services.adding import add_entries

    owner = job("bench", None)
    with acting(owner):
        add_entries(
            [_entry(n) for n in range(first, last)], by=owner, keeper=Organisation.objects.get(slug="city")
        )
    run_sql(MAKE_AGREEMENTS, first, last, first)
    _found(range(first // 25, last // 25))
    run_sql("analyze")


def _entry(number: int) -> Any:
    from entente.people.listing import NewContact, NewEntry

    kind, name, names = NAMES[number % len(NAMES)]
    told = {"n": number, "p": random.choice(PLACES)}
    posts = [
        NewContact(f"Person {number}-{place}", f"Post {place}", email=f"p{number}.{place}@example.org")
        for place in range(POSTS_EACH)
    ]
    return NewEntry(
        name=name.format(**told),
        names={code: text.format(**told) for code, text in names.items()},
        kind=kind,
        languages=random.sample(["en", "fr", "ar", "ro"], 2),
        prevention=random.sample(["primary", "secondary", "tertiary"], 2),
        services="Advice, visits and groups for families, every day but Sunday.",
        contacts=posts,
    )


# One agreement for each twelve organisations or so: 400 at 5,000.
MAKE_AGREEMENTS = f"""
with others as (
  select o.id, row_number() over (order by o.slug) n from people_organisation o
   where not exists (select from agreements_party y where y.organisation_id = o.id)),
made as (
  insert into agreements_agreement (id, keeper_id, kind, title, titles, state, starts_at)
  select gen_random_uuid(), c.id, 'sharing', 'Agreement ' || %s || '-' || g, '{{}}', 'in_force', now()
    from generate_series(1, (%s::int - %s::int) * {AGREEMENTS} / {ORGANISATIONS}) g, people_organisation c
   where c.slug = 'city' returning id, title),
numbered as (select id, split_part(title, '-', 2)::int n from made),
joined as (
  insert into agreements_party (id, agreement_id, organisation_id, joined_at, signed_at)
  select gen_random_uuid(), a.id, c.id, now(), now()
    from numbered a, people_organisation c where c.slug = 'city'
  union all
  select gen_random_uuid(), a.id, o.id, now(), now() from numbered a join others o on o.n = a.n)
insert into agreements_clause (id, agreement_id, number, purpose, category, giving_id, receiving_id,
    opens_secrecy, holds_in_interim, legal_basis)
select gen_random_uuid(), a.id, k, 'plan_support', (array['plan','school','housing','language'])[k],
       c.id, o.id, false, false, ''
  from numbered a join others o on o.n = a.n, people_organisation c, generate_series(1, 4) k
 where c.slug = 'city'"""  # noqa: S608  numbers of ours


def _found(numbers: range) -> None:
    """A group for each of the numbers, with five things Amina promised there."""
    from datetime import timedelta

    from django.db import transaction

    from entente.audit import clock
    from entente.partnership.services import commitments, groups
    from entente.people.sign_in import member_with
    from tests.template_city import session_key

    for number in numbers:
        with transaction.atomic():
            amina = member_with(session_key("amina"))
            group = groups.found_group(
                by=amina, name=f"Working group {number}", kind="working", purpose="To see how lists behave."
            )
            for place in range(5):
                commitments.offer_commitment(
                    group,
                    by=amina,
                    person=amina,
                    what=f"Thing {place} of group {number}",
                    due_on=clock.today() + timedelta(days=1 + place * 9),
                )


def _lists(size: int) -> Iterator[Promise]:
    costs = {}
    for who, pages in LISTS.items():
        client = sign_in_as(who)
        for page in pages:
            cpu, queries = cost(partial(_page, client, f"/staff/{page}"))
            costs[page] = (1000 * cpu, queries)
    slowest = max(costs, key=lambda page: costs[page][0])
    asking = max(costs, key=lambda page: costs[page][1])
    of = f"{len(costs)} lists with {size:,} organisations"
    yield Promise(f"{of}, most queries (/{asking})", costs[asking][1], 15, "queries")
    yield Promise(f"{of}, most Python (/{slowest})", costs[slowest][0], 30, "CPU ms")


def _page(client: Any, page: str) -> Any:
    """The page, or a word about which one did not open."""
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    return answer


def _searches() -> Iterator[Promise]:
    client = sign_in_as("amina")
    for language, spellings in SPELLINGS.items():
        spent = [_seconds(partial(client.get, "/staff/directory/", {"words": words})) for words in spellings]
        found = [_found_by(words) for words in spellings]
        assert all(found[0] <= other for other in found), f"{language}: another spelling finds less"
        told = f"search in {language}, {ORGANISATIONS:,} organisations, {ORGANISATIONS * POSTS_EACH:,} posts"
        yield Promise(f"{told}, p50 of the slowest spelling", 1000 * max(spent), 100, "ms")


def _found_by(words: str) -> frozenset[object]:
    from django.db import transaction

    from entente.people.searching import found_entries
    from entente.people.sign_in import member_with
    from tests.template_city import session_key

    with transaction.atomic():
        found = frozenset(found_entries(words, member_with(session_key("amina"))) or ())
    assert found, words
    return found


def _seconds(visit: Callable[[], Any]) -> float:
    """Median seconds of one visit to a page."""
    spent = []
    for _ in range(RUNS):
        before = time.perf_counter()
        assert visit().status_code == 200
        spent.append(time.perf_counter() - before)
    return statistics.median(spent)


FILL_MATRIX = f"""
with side as (
  select y.organisation_id, row_number() over (order by y.organisation_id) - 1 n
    from agreements_party y where y.agreement_id = %(agreement)s)
insert into agreements_clause (id, agreement_id, number, purpose, category, giving_id, receiving_id,
    opens_secrecy, holds_in_interim, legal_basis)
select gen_random_uuid(), %(agreement)s, 10000 + row_number() over (), p, c,
       g.organisation_id, r.organisation_id, false, false, ''
  from unnest(%(purposes)s::text[]) p, unnest(%(categories)s::text[]) c, side g
  join side r on (r.n - g.n + {PARTIES}) %% {PARTIES} between 1 and {NEIGHBOURS}
on conflict do nothing"""  # noqa: S608  numbers of ours


def _matrix(admin_url: str) -> Iterator[Promise]:
    from django.db import connection, transaction

    from entente.agreements.vocabulary import Category, Purpose
    from entente.partnership.services import drafting
    from entente.people.models import Organisation
    from entente.people.sign_in import member_with
    from tests.template_city import session_key

    with transaction.atomic():
        amina = member_with(session_key("amina"))
        others = list(Organisation.objects.exclude(slug="city").order_by("slug")[: PARTIES - 1])
        agreement = drafting.draft_from_template("sharing", by=amina, title="A wide one", parties=others)
    connect_as(admin_url, "entente_owner")
    run_sql(
        FILL_MATRIX,
        agreement=agreement.pk,
        purposes=list(Purpose.values[:PURPOSES]),
        categories=list(Category.values),
    )
    run_sql("analyze")
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from agreements_clause where agreement_id = %s", [agreement.pk])
        (clauses,) = cursor.fetchone()
    connect_as(admin_url, "entente_staff")
    client = sign_in_as("amina")
    of = f"{PARTIES} parties × {len(Category.values)} categories × {PURPOSES} purposes, {clauses:,} clauses"
    for name, page in (
        ("matrix", "dossier/matrix/"),
        ("dossier", "dossier/"),
        ("agreement as it is read", ""),
    ):
        spent = _seconds(partial(client.get, f"/staff/agreements/{agreement.pk}/{page}"))
        yield Promise(f"the {name} of {of}, p50", 1000 * spent, 300, "ms")


def _tell_sharing() -> None:
    spent = _seconds(partial(sign_in_as("amina").get, "/staff/sharing/"))
    print(
        f"       reported: “What may I share?” of a party to {AGREEMENTS} agreements: {1000 * spent:.0f} ms"
    )


def _import(admin_url: str) -> Iterator[Promise]:
    from django.db import transaction

    from entente.audit.actors import job
    from entente.partnership.services import bringing_in
    from entente.people.sign_in import member_with
    from tests.template_city import session_key

    lines = ["Organisation,Kind,Languages,Contact,Post,E-mail"]
    lines += [
        f"House {n // POSTS_EACH} of {PLACES[n % 6 // 3]},NGO,French,Somebody {n},Post {n},s{n}@example.net"
        for n in range(IMPORTED)
    ]
    worker, steps = job("bench", None), []
    began = time.perf_counter()
    with transaction.atomic():
        amina = member_with(session_key("amina"))
        run = bringing_in.upload_directory(by=amina, file_name="big.csv", content="\n".join(lines).encode())
    connect_as(admin_url, "entente_owner")
    run = bringing_in.read_directory_import(run.pk, by=worker)
    connect_as(admin_url, "entente_staff")
    with transaction.atomic():
        amina = member_with(session_key("amina"))
        bringing_in.bring_in_directory(run, by=amina)
    connect_as(admin_url, "entente_owner")
    run = bringing_in.run_directory_import(run.pk, by=worker, on_step=lambda run: steps.append(run.rows_done))
    spent = time.perf_counter() - began
    assert run.state == "done", (run.state, run.problems)
    yield Promise(f"{IMPORTED:,} rows of a file in the directory", spent, 60, "s")
    yield Promise("steps of progress told meanwhile", len(steps), 4, "steps", at_most=False)
