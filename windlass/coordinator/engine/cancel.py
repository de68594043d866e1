"""An early end: what waits never starts, what runs is told to stop."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from windlass.coordinator.engine import advance
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.errors import Conflict, NotFound, Unavailable
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import attempts, composites, jobs, tasks
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.transitions import Move, move, move_found
from windlass.shared.ids import JobId
from windlass.shared.lease import Verdict
from windlass.shared.states import ATTEMPT, JOB, TASK, AttemptState, JobState, Reason, TaskState

AT_ONCE = 1_000  # open tasks that are stopped while the caller waits
PAGE = 10_000  # tasks, and attempts, in one transaction


def cancel(db: Database, signals: Signals, id: JobId) -> None:
    with db.transaction() as tx:
        job = jobs.lock(tx, [id]).get(id)
        if job is None:
            raise NotFound(f"there is no job {id}")
        if JOB.is_final(JobState(job["state"])):
            raise Conflict(f"the job is {job['state']} already")
        jobs.want(tx, [id], "cancelled")
    if job["total"] - job["ended"] <= AT_ONCE:
        stop_soon(db, signals, [id])
    signals.changed([id])


def stop_soon(db: Database, signals: Signals, job_ids: Sequence[UUID]) -> None:
    """Now if possible: the wish is committed, so what fails here is the loop's to repeat."""
    with suppress(Away, Unavailable):
        stop(db, signals, job_ids)


def carry_out(db: Database, signals: Signals, limit: int) -> int:
    """Go on stopping the jobs that shall end early; how many have been looked at."""
    with db.transaction() as tx:
        ids = jobs.settling(tx, limit)
    while ids and stop(db, signals, ids):
        pass
    return len(ids)


def stop(db: Database, signals: Signals, job_ids: Sequence[UUID]) -> bool:
    """One pass over these jobs; True: there is more. What is with the broker can be taken back only
    through Redis, which is asked between two transactions; a pass cut short is made again by the
    loop."""
    with db.transaction() as tx:
        turn = _turn(tx, job_ids)
        cancelled = _cancel_waiting(turn)
        rows = attempts.open_of(turn.tx, sorted(turn.jobs), PAGE)
        out = cancel_pending(turn, rows)
    turn.tell(signals)
    revoked, told = take_back(signals, out)
    with db.transaction() as tx:
        turn = _turn(tx, job_ids)
        cancel_attempts(turn, revoked, [AttemptState.PENDING, AttemptState.SCHEDULED])
        attempts.cancelling(tx, [row["id"] for row in told])
        jobs.carried_out(tx, sorted(turn.jobs))
    turn.tell(signals)
    return PAGE in (cancelled, len(rows))


def _turn(tx: Tx, job_ids: Sequence[UUID]) -> Turn:
    locked = jobs.lock(tx, job_ids)
    return Turn(tx, {id: row for id, row in locked.items() if row["settling"]})


def _cancel_waiting(turn: Turn) -> int:
    cancelled = move_found(
        turn.tx,
        TASK,
        TaskState.CANCELLED,
        tasks.WAITING,
        columns=["reason"],
        ids=sorted(turn.jobs),
        limit=PAGE,
    )
    advance.count(turn, [jobs.Tally(job_id=id, ended=n) for id, n in sorted(cancelled.items())])
    nested = composites.waiting(turn.tx, sorted(turn.jobs), PAGE, all=True)
    advance.end(turn, [ending_of(turn, row, row["id"]) for row in nested])
    return max(sum(cancelled.values()), len(nested))


def cancel_pending(turn: Turn, rows: Sequence[Row]) -> list[Row]:
    """Those that have not been handed to the broker; the rows of those that have."""
    pending = [row for row in rows if row["state"] == AttemptState.PENDING]
    cancelled = cancel_attempts(turn, pending, [AttemptState.PENDING])
    return [row for row in rows if row["id"] not in cancelled]


def cancel_attempts(turn: Turn, rows: Sequence[Row], only: Sequence[AttemptState]) -> set[UUID]:
    """Attempts that have never run, and their tasks."""
    rows = [row for row in rows if row["job_id"] in turn.jobs]
    wishes = [_wish(turn, row) for row in rows]
    moved = move(turn.tx, ATTEMPT, AttemptState.CANCELLED, wishes, only=only)
    advance.end(turn, [ending_of(turn, row, row["task_id"]) for row in rows if row["id"] in moved])
    return moved


def _wish(turn: Turn, row: Row) -> Move:
    wanted = turn.wanted(row["job_id"])
    return Move(row["id"], wanted or "", {"reason": wanted or "cancelled", "settled": True})


def ending_of(turn: Turn, row: Row, task_id: UUID) -> Ending:
    return Ending(
        task_id=task_id,
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=TaskState.CANCELLED,
        allow_failure=row["allow_failure"],
        reason=Reason(turn.wanted(row["job_id"]) or Reason.CANCELLED),
    )


def take_back(signals: Signals, out: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Those that can no longer start; and the others, who have been told to stop."""
    unclaimed = [row for row in out if row["state"] != AttemptState.RUNNING]
    told = [row for row in out if row["state"] == AttemptState.RUNNING]
    answers = signals.revoke([row["id"] for row in unclaimed]) if unclaimed else []
    pairs = list(zip(unclaimed, answers, strict=True))
    told += [row for row, revoked in pairs if not revoked]
    if told:
        nodes = sorted({row["node"] for row in told if row["node"]})
        signals.judge([row["id"] for row in told], Verdict.CANCEL, nodes)
    return [row for row, revoked in pairs if revoked], told
