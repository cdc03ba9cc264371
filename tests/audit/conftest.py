"""A log of one's own for each test."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from entente.config import database
from tests.audit.log_steps import LogOfTests, make_log


@pytest.fixture
def log(connected_as: Callable[[str], str], tmp_path: Path) -> LogOfTests:
    """A copy of the city whose events wait; Django is connected as the staff role."""
    staff = connected_as("entente_staff")
    name = staff.rpartition("/")[2]
    return make_log(lambda role: database.url_for(role, os.environ["TEST_ADMIN_URL"], name), tmp_path)
