"""What a person does to sign in, for a test client: pages, codes and the link of an invitation."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from entente.people.invitations import links
from entente.people.models import Account, Member

PASSWORD = "four calm words together"


def account_of(member: Member) -> Account:
    """The account a member signs in with."""
    return Account.objects.get(person_id=member.person_id)


def link_for(account: Account) -> str:
    """The path of a fresh invitation."""
    return "/" + links.address(account).split("/", 3)[3]


def code_for(secret: str, steps_later: int = 0) -> str:
    """What an app for one-time codes shows now, or some half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_later)))


def accept_with_password(client: Client, account: Account) -> None:
    """Open the link of an invitation and set a password."""
    typed = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(link_for(account), typed).headers["Location"] == "/account/factors/codes/set-up/"


def set_up_codes(client: Client) -> str:
    """Set one-time codes up; returns the secret the app keeps."""
    page = client.get("/account/factors/codes/set-up/").content.decode()
    secret = re.search(r'<code dir="ltr">([A-Z2-7]+)</code>', page)[1]  # type: ignore[index]
    answer = client.post("/account/factors/codes/set-up/", {"code": code_for(secret)})
    assert answer.headers["Location"] == "/account/factors/recovery/", answer.content.decode()
    return secret


def sign_in_with_code(client: Client, account: Account, code: str, password: str = PASSWORD) -> str:
    """Type address, password and code; returns where that leads."""
    client.post("/account/login/", {"login": account.email, "password": password})
    return str(client.post("/account/factors/code/", {"code": code}).headers.get("Location", ""))
