"""What every page that brings in a file does alike."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from entente.records.models import ImportRun

TOO_LARGE = 413
FORM_PARTS = 64 * 1024  # what a form adds to its file
State = ImportRun.State
STATE_KINDS = {
    State.READING: "due",
    State.READY: "open",
    State.REFUSED: "late",
    State.RUNNING: "due",
    State.DONE: "done",
    State.STOPPED: "late",
}


def is_too_large(request: HttpRequest) -> bool:
    """Looked at before a byte of an upload is read."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > settings.ENTENTE_UPLOAD_BYTES + FORM_PARTS
