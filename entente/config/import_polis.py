"""`entente import-polis`: a conversation from a folder or a zip, as the owner, for a coordinator.

Exit codes: 0 brought in, 1 the files or a rule forbid it, 2 no such folder or coordinator, 3 not wanted.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from entente.audit.actors import Credential, acting, job
from entente.audit.decisions import Refused
from entente.dialogue import queries, services
from entente.dialogue.forms.importing import BringInForm
from entente.dialogue.polis_csv import Limits
from entente.people.models import Member
from entente.records.models import ImportRun

BROUGHT_IN, NOT_ALLOWED, NOT_FOUND, NOT_WANTED = 0, 1, 2, 3
SOFTWARE = job("import-polis", None)
Say = Callable[[str], object]


def import_folder(
    folder: str,
    *,
    acting: str,
    language: str,
    yes: bool,
    say: Say = print,
    ask: Callable[[str], str] = input,
) -> int:
    """Show what the files hold, ask, bring them in as the coordinator with the address `acting`."""
    member = coordinator(acting)
    if member is None:
        say(f"No coordinator has the address {acting}.")
        return NOT_FOUND
    content = packed(Path(folder))
    if content is None:
        say(f"{folder} is neither a zip nor a folder with CSV files, or it is too large.")
        return NOT_FOUND
    try:
        run = services.start_import(by=member, file_name=Path(folder).resolve().name, content=content)
        run = services.read_import(run.id, by=SOFTWARE)
        _tell(run, say)
        if run.state != ImportRun.State.READY:
            say("Nothing was brought in.")
            return NOT_ALLOWED
        if not yes and not ask("Bring it in? [y/N] ").strip().lower().startswith("y"):
            say("Nothing was brought in.")
            return NOT_WANTED
        return _bring_in(run, member, language, say)
    except Refused as refused:
        say(str(refused))
        return NOT_ALLOWED


def coordinator(address: str) -> Member | None:
    """Who has that address and coordinates dialogues today, with the credential only the owner can use."""
    with acting(SOFTWARE):
        rows = Member.objects.filter(
            person__email__iexact=address, ended_at=None, role=Member.Role.COORDINATOR
        )
        member = rows.select_related("person", "organisation").first()
    if member is not None:
        member.credential = Credential("member", str(member.id))
    return member


def packed(path: Path) -> bytes | None:
    """The zip itself, or the CSV files of a folder as one; None when there is nothing to read."""
    limits = Limits()
    try:
        if path.is_file():
            return path.read_bytes() if path.stat().st_size <= limits.zip_bytes else None
        files = sorted(file for file in path.glob("*.csv") if file.is_file())
        if not files or sum(file.stat().st_size for file in files) > limits.unpacked_bytes:
            return None
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.name)
        return content.getvalue()
    except OSError:
        return None


def _tell(run: ImportRun, say: Say) -> None:
    """The preview and the row report."""
    if run.preview:
        say(f"Topic: {run.preview['topic']}")
        for name in ("participants", "statements", "rejected", "votes", "replaced"):
            say(f"{name}: {run.preview[name]:,}")
        for text in run.preview["examples"]:
            say(f"  “{text}”")
    for title, kept in (("What is wrong:", run.problems), ("Worth knowing:", run.notices)):
        if kept:
            say(title)
        for finding in queries.findings(kept):
            say(f"  {finding.sentence}")


def _bring_in(run: ImportRun, member: Member, language: str, say: Say) -> int:
    texts = BringInForm.suggested(run.preview, language)
    texts = {name: text or run.file_name for name, text in texts.items()}
    dialogue = services.bring_in_import(run, by=member, **texts)
    run = services.run_import(
        run.id, by=SOFTWARE, on_step=lambda at: say(f"{at.rows_done:,} of {at.rows_total:,} votes written")
    )
    if run.state != ImportRun.State.DONE:
        say("The votes are being written by the worker.")
    say(f"{dialogue.reference} {dialogue.title}")
    return BROUGHT_IN
