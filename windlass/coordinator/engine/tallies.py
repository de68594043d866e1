"""Many tasks at a glance: how those of some jobs stand, and what the attempts of one wrote."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from windlass.coordinator.engine import showing
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.views import HistoryRow, Tally
from windlass.coordinator.store import job_reads, tally_reads
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.log_cutting import unpacked
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.states import AttemptState, TaskState
from windlass.shared.text import is_clean

Streams = Mapping[str, bytes]


def tallies(db: Database, ids: Sequence[JobId]) -> Mapping[JobId, Sequence[Tally]]:
    found: dict[JobId, list[Tally]] = defaultdict(list)
    with db.transaction() as tx:
        rows = tally_reads.tallies(tx, ids)
    for row in rows:
        attempt = AttemptState(row["attempt_state"]) if row["attempt_state"] else None
        tally = Tally(TaskState(row["state"]), attempt, row["again"], row["tasks"])
        found[row["job_id"]].append(tally)
    return found


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
