"""Work for later on files for the directory."""

import uuid

from entente.audit.actors import Actor, acting
from entente.jobs.queue import every, work
from entente.partnership.queries import files
from entente.partnership.services import bringing_in


@work("partnership.read_directory_import")
def read_directory_import(*, by: Actor, run: str) -> None:
    """Read an uploaded table and say what each row would do."""
    bringing_in.read_directory_import(uuid.UUID(run), by=by)


@work("partnership.run_directory_import")
def run_directory_import(*, by: Actor, run: str) -> None:
    """Write the rows of a table."""
    bringing_in.run_directory_import(uuid.UUID(run), by=by)


@every("* * * * *", "partnership.stop_abandoned_directory_imports")
def stop_abandoned_directory_imports(*, by: Actor) -> None:
    """Every minute, say of imports whose work has failed for good that they stopped."""
    with acting(by):
        abandoned = files.abandoned_directory_imports(by)
    for run_id in abandoned:
        bringing_in.stop_directory_import(run_id, by=by)


@every("50 4 * * *", "partnership.forget_directory_files")
def forget_directory_files(*, by: Actor) -> None:
    """Every night, forget uploads that nobody brought in and old reports."""
    bringing_in.forget_directory_files(by=by)
