"""Jobs within jobs. A sub-job is made by the transaction that starts its task; whatever else passes
between the two is read from what is committed and repeated by a loop: each in a transaction of its
own, which locks both jobs in the order all others do."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.engine import activate, advance, cancel, halt
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import jobs, subjobs
from windlass.coordinator.store.db import Database, Row
from windlass.shared.states import JobState, Reason, TaskState

BATCH = 100

_STATES = {
    JobState.COMPLETED: TaskState.COMPLETED,
    JobState.FAILED: TaskState.FAILED,
    JobState.CANCELLED: TaskState.CANCELLED,
}


def follow(db: Database, signals: Signals, limit: int = BATCH) -> int:
    """Hand results up and cancellations down; how many sub-jobs have been looked at."""
    return max(_hand_up(db, signals, limit), _cancel_down(db, signals, limit))


def _hand_up(db: Database, signals: Signals, limit: int) -> int:
    with db.transaction() as tx:
        found = subjobs.ended(tx, limit)
    if not found:
        return 0
    ids = [row["id"] for row in found]
    parents = sorted({row["parent_job"] for row in found})
    with db.transaction() as tx:
        jobs.lock(tx, [*ids, *parents])
        outcomes = subjobs.outcomes(tx, ids)
        stopped = jobs.want(tx, _cancelled(outcomes), "cancelled")
        turn = Turn(tx, jobs.lock(tx, parents))
        subjobs.detach(tx, [row["id"] for row in outcomes])
        advance.end(turn, [_ending(turn, row) for row in outcomes if row["awaited"]])
        activate.start_ready(turn)
    turn.tell(signals)
    cancel.stop_soon(db, signals, sorted({*stopped, *turn.stopping}))
    halt.halt_soon(db, signals, sorted(turn.halting))
    return len(found)


def _cancelled(outcomes: Sequence[Row]) -> list[UUID]:
    """Parents of sub-jobs that were cancelled, and not for their sake."""
    return sorted(
        {
            row["job_id"]
            for row in outcomes
            if row["awaited"] and row["outcome"] == JobState.CANCELLED and not row["stopped"]
        }
    )


def _ending(turn: Turn, row: Row) -> Ending:
    state = _STATES[JobState(row["outcome"])]
    reason = None if row["reason"] is None else Reason(row["reason"])
    if state is TaskState.CANCELLED:
        reason = Reason(turn.wanted(row["job_id"]) or Reason.CANCELLED)
    return Ending(
        task_id=row["task_id"],
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=state,
        allow_failure=row["allow_failure"],
        reason=reason,
        error=row["error"],
        output=row["output"],
    )


def _cancel_down(db: Database, signals: Signals, limit: int) -> int:
    with db.transaction() as tx:
        found = subjobs.unwanted(tx, limit)
    if not found:
        return 0
    with db.transaction() as tx:
        wanted = jobs.want(tx, list(jobs.lock(tx, found)), "cancelled")
    cancel.stop_soon(db, signals, wanted)
    signals.changed(wanted)
    return len(found)
