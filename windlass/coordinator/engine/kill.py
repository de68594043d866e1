"""One task is stopped while its job goes on: what depends on it does not run, the rest does.

The wish is in Postgres before anybody is told: an attempt that nobody could be told of is found by
the reaper, or when its node is heard of next.
"""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from windlass.coordinator.engine import activate, advance, cancel
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.errors import NotFound, Unavailable
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import attempts, jobs, tasks
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.transitions import Move, move
from windlass.shared.ids import TaskId
from windlass.shared.states import ATTEMPT, TASK, AttemptState, Reason, TaskState


def kill(db: Database, signals: Signals, id: TaskId) -> None:
    with db.transaction() as tx:
        turn, task = _locked(tx, id)
        if TASK.is_final(TaskState(task["state"])) or turn.wanted(task["job_id"]):
            return
        rows = attempts.open_of_task(tx, id)
        _stop(turn, [row for row in rows if row["state"] == AttemptState.PENDING])
        out = [row for row in rows if row["state"] != AttemptState.PENDING]
        attempts.cancelling(tx, [row["id"] for row in out])
        if not rows:
            advance.end(turn, [_ending(task)])
        activate.start_ready(turn)
        turn.changed.add(task["job_id"])
    _tell(db, signals, turn)
    with suppress(Away, Unavailable):
        _take_back(db, signals, id, out)


def _locked(tx: Tx, id: UUID) -> tuple[Turn, Row]:
    job_id = tasks.job_of(tx, id)
    locked = jobs.lock(tx, [job_id]) if job_id else {}
    task = tasks.place_of(tx, id) if locked else None
    if task is None:
        raise NotFound(f"there is no task {id}")
    return Turn(tx, locked), task


def _take_back(db: Database, signals: Signals, id: UUID, out: Sequence[Row]) -> None:
    """Those nobody has claimed end at once; the others when they have been stopped."""
    revoked, _ = cancel.take_back(signals, out)
    if not revoked:
        return
    with db.transaction() as tx:
        turn, _ = _locked(tx, id)
        _stop(turn, revoked)
        activate.start_ready(turn)
    _tell(db, signals, turn)


def _tell(db: Database, signals: Signals, turn: Turn) -> None:
    """A job may want to end at its first failure."""
    turn.tell(signals)
    if turn.stopping:
        cancel.stop_soon(db, signals, sorted(turn.stopping))


def _stop(turn: Turn, rows: Sequence[Row]) -> None:
    """Attempts that have never run, and their task."""
    columns = {"reason": Reason.CANCELLED, "settled": True}
    unborn = [AttemptState.PENDING, AttemptState.SCHEDULED]
    wishes = [Move(row["id"], Reason.CANCELLED, columns) for row in rows]
    moved = move(turn.tx, ATTEMPT, AttemptState.CANCELLED, wishes, only=unborn)
    advance.end(turn, [_ending(row) for row in rows if row["id"] in moved])


def _ending(row: Row) -> Ending:
    return Ending(
        task_id=row["task_id"],
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=TaskState.CANCELLED,
        alone=True,
        allow_failure=row["allow_failure"],
        reason=Reason.CANCELLED,
    )
