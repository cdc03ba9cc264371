"""Work for later: analyses and imports. Each finds what is due and calls a service for it."""

import time
import uuid

from entente.audit.actors import Actor, acting
from entente.dialogue import queries, services
from entente.jobs.queue import every, work

APART = 1.0  # seconds between two counts of one dialogue while votes stream in
_counted: dict[uuid.UUID, float] = {}


def let_votes_gather(dialogue_id: uuid.UUID) -> None:
    """A worker that counts nothing but this dialogue does so once a second at most."""
    waits = _counted.pop(dialogue_id, 0.0) + APART - time.monotonic()
    if waits > 0:
        time.sleep(waits)
    _counted.clear()
    _counted[dialogue_id] = time.monotonic()


@work("dialogue.analyse")
def analyse(*, by: Actor, dialogue: str) -> None:
    """Find the groups of opinion in one dialogue."""
    services.analyse_dialogue(uuid.UUID(dialogue), by=by)


@work("dialogue.count_votes")
def count_votes(*, by: Actor, dialogue: str) -> None:
    """Bring the result of one dialogue up to date with new answers."""
    dialogue_id = uuid.UUID(dialogue)
    let_votes_gather(dialogue_id)
    services.count_votes(dialogue_id, by=by)


@every("* * * * * *", "dialogue.count_changed")
def count_changed(*, by: Actor) -> None:
    """Every second, count what was answered where nobody could ask for it: public processes write no jobs."""
    with acting(by):
        changed = queries.changed_dialogues(by)
    for dialogue_id in changed:
        services.count_votes(dialogue_id, by=by)


@every("*/20 * * * * *", "dialogue.analyse_changed")
def analyse_changed(*, by: Actor) -> None:
    """Every twenty seconds, look at running dialogues whose result is behind, should a count be lost."""
    with acting(by):
        changed, aged = queries.dialogues_to_analyse(by), queries.maps_to_renew(by)
    for dialogue_id in changed:
        services.count_votes(dialogue_id, by=by)
    for dialogue_id in aged:
        services.analyse_dialogue(dialogue_id, by=by)


@every("5 * * * *", "dialogue.log_vote_counts")
def log_vote_counts(*, by: Actor) -> None:
    """After each hour, log how many votes came in."""
    services.log_vote_counts(by=by)


@work("dialogue.compare_exclusion")
def compare_exclusion(*, by: Actor, exclusion: str) -> None:
    """Work out the result with and without voices that came together."""
    services.compare_exclusion(uuid.UUID(exclusion), by=by)


@work("dialogue.read_import")
def read_import(*, by: Actor, run: str) -> None:
    """Read an uploaded conversation."""
    services.read_import(uuid.UUID(run), by=by)


@work("dialogue.run_import")
def run_import(*, by: Actor, run: str) -> None:
    """Write the votes of a conversation."""
    services.run_import(uuid.UUID(run), by=by)


@every("* * * * *", "dialogue.stop_abandoned_imports")
def stop_abandoned_imports(*, by: Actor) -> None:
    """Every minute, say of imports whose work has failed for good that they stopped."""
    with acting(by):
        abandoned = queries.abandoned_imports(by)
    for run_id in abandoned:
        services.stop_import(run_id, by=by)


@every("15 * * * *", "dialogue.remind_of_statements")
def remind_of_statements(*, by: Actor) -> None:
    """Every hour, look whether statements wait longer than a day; coordinators hear of it once a day."""
    services.remind_of_statements(by=by)


@every("20 4 * * *", "dialogue.forget_uploads")
def forget_uploads(*, by: Actor) -> None:
    """Every night, forget uploads that nobody brought in."""
    services.forget_uploads(by=by)


@work("dialogue.export_polis")
def export_polis(*, by: Actor, export: str) -> None:
    """Write all votes as the files of Polis."""
    services.make_polis_export(uuid.UUID(export), by=by)


@every("* * * * *", "dialogue.give_up_polis_exports")
def give_up_polis_exports(*, by: Actor) -> None:
    """Every minute, say of exports whose work has failed for good that they were not made."""
    with acting(by):
        abandoned = queries.abandoned_exports(by)
    for export_id in abandoned:
        services.give_up_polis_export(export_id, by=by)


@every("40 4 * * *", "dialogue.forget_polis_exports")
def forget_polis_exports(*, by: Actor) -> None:
    """Every night, forget exports older than a day."""
    services.forget_polis_exports(by=by)


@work("dialogue.compare_polis")
def compare_polis(*, by: Actor, dialogue: str) -> None:
    """Lay the newest result beside that of Polis."""
    services.compare_dialogue_with_polis(uuid.UUID(dialogue), by=by)
