"""Who may be let in, by whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.audit import clock
from entente.audit.actors import VISITOR, acting, job
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.delivery.models import Message
from entente.people import rules, services
from entente.people.models import Account, Member
from tests.conftest import City
from tests.people.sign_in_steps import PASSWORD, account_of


def waiting_invitations() -> list[str]:
    """For which accounts the worker has an invitation to send."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = ProcrastinateJob.objects.filter(task_name="people.send_invitation", status="todo")
    return [task.args["account"] for task in waiting]


def test_a_coordinator_invites_a_colleague_and_it_is_logged(city: City) -> None:
    with acting(city.amina), CaptureQueriesContext(connection) as asked:
        account = services.invite_member(city.jonas, by=city.amina)
    assert waiting_invitations() == [str(account.pk)]
    logged = [query["sql"] for query in asked if 'INSERT INTO "audit_event"' in query["sql"]]
    assert ["'people.member_invited'" in event for event in logged] == [True]


def test_nobody_else_invites(city: City) -> None:
    stranger = next(m for m in (city.lena, city.sofia) if m.organisation_id != city.amina.organisation_id)
    cases = [(city.amina, stranger, "its own members"), (city.jonas, city.amina, "A coordinator")]
    for actor, member, reason in cases:
        with acting(actor), pytest.raises(Refused, match=reason):
            services.invite_member(member, by=actor)
    assert not rules.may_invite_member(VISITOR, city.amina, clock.now(), has_factor=False)
    assert waiting_invitations() == []


def test_a_link_is_no_way_round_what_somebody_set_up(city: City) -> None:
    Authenticator.objects.create(user=account_of(city.jonas), type="webauthn", data={})
    with acting(city.amina), pytest.raises(Refused, match="can sign in already"):
        services.invite_member(city.jonas, by=city.amina)
    assert rules.may_invite_member(job("set-up", None), city.jonas, clock.now(), has_factor=True)


def test_whose_membership_ended_is_not_invited(city: City) -> None:
    gone = Member(organisation_id=city.amina.organisation_id, ended_at=clock.now())
    for actor in (city.amina, job("set-up", None)):
        assert not rules.may_invite_member(actor, gone, clock.now(), has_factor=False)


def test_who_has_a_password_and_nothing_else_asks_for_a_link(city: City) -> None:
    account = account_of(city.amina)
    account.set_password(PASSWORD)
    account.save()
    client = Client()
    client.post("/account/login/", {"login": account.email, "password": PASSWORD})
    answer = client.post("/account/link/", follow=True)
    assert "on its way to your mailbox" in answer.content.decode()
    assert waiting_invitations() == [str(account.pk)]
    Authenticator.objects.create(user=account, type="webauthn", data={})
    assert client.post("/account/link/").status_code == 403


def test_a_visitor_asks_for_no_link(visitor_client: Client) -> None:
    assert visitor_client.post("/account/link/").headers["Location"].startswith("/account/login/")
    assert waiting_invitations() == []


@pytest.mark.parametrize(
    ("is_active", "is_strong", "is_invited", "allowed"),
    [
        (True, True, False, True),
        (True, False, True, True),
        (True, False, False, False),
        (False, True, True, False),
    ],
)
def test_a_factor_is_added_by_whoever_proved_more_than_a_password(
    city: City, is_active: bool, is_strong: bool, is_invited: bool, allowed: bool
) -> None:
    account = account_of(city.amina)
    account.is_active = is_active
    assert bool(rules.may_add_factor(account, is_strong=is_strong, is_invited=is_invited)) is allowed


@pytest.mark.parametrize(("is_active", "has_factor"), [(False, False), (True, True)])
def test_a_link_is_not_for_closed_accounts_nor_for_who_can_sign_in(
    city: City, is_active: bool, has_factor: bool
) -> None:
    account = account_of(city.amina)
    account.is_active = is_active
    assert not rules.may_ask_for_link(account, has_factor=has_factor)


def test_an_invitation_whose_job_was_killed_and_runs_again_is_one_mail(
    connected_as: Callable[[str], str],
) -> None:
    connected_as("entente_owner")
    worker, mail = job("people.send_invitation", None), uuid.uuid4()
    account = Account.objects.order_by("email")[0]
    for _again in range(2):
        services.send_invitation(account.pk, by=worker, message_id=mail)
    with acting(worker):
        assert [message.pk for message in Message.objects.filter(template="people/invitation")] == [mail]
        assert Event.objects.filter(name="people.invitation_sent").count() == 1
