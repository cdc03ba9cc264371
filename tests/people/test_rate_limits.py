"""Counting tries without keeping who tried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory, override_settings

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.keys.fields import keystore
from entente.keys.sealing import Unreadable
from entente.people import services, sign_in
from entente.people.models import Attempt
from entente.people.rate_limits import day_key_id, sender, within_limit


@pytest.mark.django_db
def test_each_hour_begins_anew_and_each_action_counts_for_itself() -> None:
    start = clock.this_hour()
    with clock.frozen(start):
        assert [within_limit("vote", "a", at_most=2) for _ in range(3)] == [True, True, False]
        assert within_limit("vote", "b", at_most=2)
        assert within_limit("sign-in", "a", at_most=2)
    with clock.frozen(start + timedelta(hours=1)):
        assert within_limit("vote", "a", at_most=2)


@pytest.mark.django_db
def test_what_is_kept_names_nobody_and_changes_from_day_to_day() -> None:
    start = clock.now().replace(hour=12)
    for days in (0, 1):
        with clock.frozen(start + timedelta(days=days)):
            within_limit("vote", "203.0.113.9", at_most=2)
    kept = [attempt.bucket for attempt in Attempt.objects.all()]
    assert len(set(kept)) == 2
    assert not any("203.0.113.9" in bucket for bucket in kept)


def test_only_our_own_proxys_word_counts() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert sender(request) == "127.0.0.1"
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert sender(request) == "203.0.113.9"
        assert sender(RequestFactory().get("/")) == "127.0.0.1"


@pytest.mark.django_db
def test_one_connection_does_not_try_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "TRIES_OF_A_CONNECTION", 3)
    answers = [
        Client().post("/account/login/", {"login": f"{n}@example.org", "password": "x"}).status_code
        for n in range(4)
    ]
    assert answers == [200, 200, 200, 429]
    assert Client().get("/account/login/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/account/login/", "/staff/dialogues/new/", "/en/nowhere/"])
def test_a_file_nobody_asked_for_is_refused_before_it_is_read(page: str) -> None:
    """Nothing is read: the body is announced and never sent."""
    answer = Client().generic("POST", page, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="30000000")
    assert answer.status_code == 400


@pytest.mark.django_db
def test_yesterdays_key_is_destroyed_so_that_its_hashes_say_nothing_any_more() -> None:
    today = clock.now().date()
    yesterday = today - timedelta(days=1)
    for day in (yesterday, today):
        keystore().key(day_key_id(day), create=True)
    services.clear_sessions(by=VISITOR)
    with pytest.raises(Unreadable):
        keystore().key(day_key_id(yesterday))
    assert keystore().key(day_key_id(today))
