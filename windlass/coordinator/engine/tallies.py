"""Many tasks at a glance: how those of some jobs stand, and what the attempts of one wrote."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from windlass.coordinator.engine import showing
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.views import HistoryRow, Tally
from windlass.coordinator.store import job_reads, tally_reads
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.log_cutting import unpacked
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.states import AttemptState, TaskState
from windlass.shared.text import is_clean

Streams = Mapping[str, bytes]


def tallies(db: Database, ids: Sequence[JobId]) -> Mapping[JobId, Sequence[Tally]]:
    """A generator whose output is being read counts as waiting: it has no attempt any more."""
    with db.transaction() as tx:
        rows = tally_reads.tallies(tx, ids)
    return {row["job_id"]: [tally for tally in _counted(row) if tally.tasks] for row in rows}


def _counted(row: Row) -> Sequence[Tally]:
    over = row["failed"] + row["cancelled"] + row["skipped"]
    active = row["running"] + row["first"] + row["again"]
    return [
        Tally(TaskState.COMPLETED, None, False, row["ended"] - over),
        Tally(TaskState.FAILED, None, False, row["failed"]),
        Tally(TaskState.CANCELLED, None, False, row["cancelled"]),
        Tally(TaskState.SKIPPED, None, False, row["skipped"]),
        Tally(TaskState.ACTIVE, AttemptState.RUNNING, False, row["running"]),
        Tally(TaskState.ACTIVE, AttemptState.PENDING, False, row["first"]),
        Tally(TaskState.ACTIVE, AttemptState.PENDING, True, row["again"]),
        Tally(TaskState.WAITING, None, False, row["total"] - row["ended"] - active),
    ]


def around(db: Database, job_id: JobId, position: int) -> tuple[Sequence[str], Sequence[str]]:
    with db.transaction() as tx:
        rows = tally_reads.around(tx, job_id, position)
    parents = [row["key"] for row in rows if row["place"] == "parent"]
    return parents, [row["key"] for row in rows if row["place"] == "child"]


def moved_at(db: Database, ids: Sequence[JobId]) -> Mapping[JobId, datetime]:
    with db.transaction() as tx:
        return {row["id"]: row["at"] for row in tally_reads.moved_at(tx, ids)}


def task_named(db: Database, job_id: JobId, key: str) -> TaskId:
    id = None
    if is_clean(key):
        with db.transaction() as tx:
            id = tally_reads.by_key(tx, job_id, key)
    if id is None:
        raise NotFound(f"there is no task {key!r}")
    return TaskId(id)


def job_moves(db: Database, id: JobId) -> Sequence[HistoryRow]:
    with db.transaction() as tx:
        if job_reads.job(tx, id) is None:
            raise NotFound(f"there is no job {id}")
        return [showing.history(row) for row in tally_reads.job_moves(tx, id)]


def log_ends(db: Database, ids: Sequence[AttemptId], most: int) -> Mapping[AttemptId, Streams]:
    """Of each stream what is in the last ``most`` bytes of the log, roughly: whole chunks."""
    found: dict[AttemptId, dict[str, bytes]] = defaultdict(dict)
    with db.transaction() as tx:
        rows = tally_reads.log_ends(tx, ids, most)
    for row in rows:
        streams = found[row["attempt_id"]]
        data = unpacked(bytes(row["data"]), row["size"], row["packed"])
        streams[row["stream"]] = streams.get(row["stream"], b"") + data
    return found
