"""A group for tests of meetings: the city keeps it; Amina, Radu, Sofia and Ioana sit there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from entente.audit import clock
from entente.audit.actors import acting, job
from entente.partnership.models import Group, Meeting
from entente.partnership.services import meetings
from entente.people import services as people
from entente.people.models import Member
from entente.records.references import new_reference
from tests.conftest import City
