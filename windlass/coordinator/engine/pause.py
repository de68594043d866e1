"""A job is paused: what runs goes on to its end, nothing else starts until it is resumed.

Attempts are held in Postgres. For those whose message is with the broker already Redis is told, so
that whoever receives one lets it go; a Redis that forgot is told again.
"""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.store import attempts, jobs
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId
from windlass.shared.states import JOB, JobState


def pause(db: Database, signals: Signals, id: JobId) -> None:
    _turn(db, id, paused=True)
    _tell(signals, [id], held=True)
    signals.changed([id])


def resume(db: Database, signals: Signals, id: JobId) -> None:
    _turn(db, id, paused=False)
    _tell(signals, [id], held=False)
    signals.wake_dispatch()
    signals.changed([id])


def remind(db: Database, signals: Signals) -> int:
    """Tell of all that are paused again."""
    with db.transaction() as tx:
        ids = jobs.paused(tx)
    if ids:
        signals.hold(ids, True)
    return len(ids)


def _turn(db: Database, id: UUID, *, paused: bool) -> None:
    with db.transaction() as tx:
        job = jobs.lock(tx, [id]).get(id)
        if job is None:
            raise NotFound(f"there is no job {id}")
        if JOB.is_final(JobState(job["state"])):
            raise Conflict(f"the job is {job['state']} already")
        if jobs.pause(tx, id, paused):
            attempts.hold(tx, id, paused)


def _tell(signals: Signals, ids: Sequence[UUID], *, held: bool) -> None:
    with suppress(Away):  # reminded of by the loop; a hold that stays ends by itself
        signals.hold(ids, held)
