"""A process for the public only knows nothing of signing in."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from entente.config import database
from tests.database import ROOT

LOOK = """
import django, json
django.setup()
from django.test import Client
pages = ("/account/login/", "/account/language/", "/staff/", "/staff/sessions/")
print(json.dumps({page: Client().get(page).status_code for page in pages}))
"""


@pytest.mark.django_db
def test_the_public_process_starts_and_has_no_page_to_sign_in_or_to_work() -> None:
    name = str(connection.settings_dict["NAME"])
    url = database.url_for("entente_public", os.environ["TEST_ADMIN_URL"], name)
    seen = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**os.environ, "ENTENTE_SURFACE": "public", "DATABASE_URL": url},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert seen.returncode == 0, seen.stderr
    statuses = json.loads(seen.stdout.splitlines()[-1])
    assert set(statuses.values()) == {404}
