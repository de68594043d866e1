"""What becomes of a task whose attempt did not complete: another attempt, or its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import random

import msgspec

from windlass.coordinator.engine import retry
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import attempts, tasks
from windlass.coordinator.store.attempts import NewAttempt
from windlass.coordinator.store.db import Row
from windlass.coordinator.store.tasks import Charge
from windlass.shared import messages, spec
from windlass.shared.ids import new_attempt_id
from windlass.shared.states import Reason, TaskState


@dataclass(frozen=True, kw_only=True)
class Failure:
    """``row`` is the attempt as ``attempts.held`` gives it."""

    row: Row
    reason: Reason
    error: str
    exit_code: int | None = None
    ran: float | None = None


def conclude(turn: Turn, failures: Iterable[Failure]) -> list[Ending]:
    """Make the attempts that are to follow; the ends of tasks that get none."""
    endings: list[Ending] = []
    again: list[tuple[Failure, float]] = []
    for failure in failures:
        delay = _delay(turn, failure)
        if delay is None:
            endings.append(_ending(turn, failure))
        else:
            again.append((failure, delay))
    _try_again(turn, again)
    return endings


def _delay(turn: Turn, failure: Failure) -> float | None:
    """Seconds until the next attempt; None: there is none."""
    row = failure.row
    if turn.wanted(row["job_id"]) or row["cancelling"] or row["stopped"]:
        return None
    if failure.reason is Reason.NODE_LOST:
        return retry.after_loss(row["losses"] + 1)
    policy = spec.decode_task(row["spec"]).retry
    draw = random()  # noqa: S311 - jitter
    return retry.after_failure(policy, row["failures"] + 1, failure.reason, draw)


def _try_again(turn: Turn, again: Sequence[tuple[Failure, float]]) -> None:
    if not again:
        return
    tasks.charge(turn.tx, [_charge(failure) for failure, _ in again])
    attempts.insert(turn.tx, [_next(turn, failure.row, delay) for failure, delay in again])
    turn.due = True
    turn.changed.update(failure.row["job_id"] for failure, _ in again)


def _charge(failure: Failure) -> Charge:
    lost = failure.reason is Reason.NODE_LOST
    return Charge(failure.row["task_id"], failures=int(not lost), losses=int(lost))


def _next(turn: Turn, row: Row, delay: float) -> NewAttempt:
    """The same order under a new id: what was evaluated once stays as it came out."""
    id, number = new_attempt_id(), row["number"] + 1
    message = msgspec.structs.replace(messages.decode(row["order"]), attempt_id=id, number=number)
    return NewAttempt(
        id=id,
        task_id=row["task_id"],
        job_id=row["job_id"],
        number=number,
        epoch=row["epoch"],
        queue=row["queue"],
        priority=row["priority"],
        message=messages.encode(message).decode(),
        timeout=row["timeout"],
        delay=delay,
        cpus=row["cpus"],
        memory=row["memory"],
        held=turn.jobs[row["job_id"]]["paused"],
        secretive=turn.jobs[row["job_id"]]["secretive"],
        group_name=row["group_name"],
        group_rank=row["group_rank"],
    )


def _ending(turn: Turn, failure: Failure) -> Ending:
    """A job that is being stopped does not blame a task for having been stopped."""
    row, reason, state = failure.row, failure.reason, TaskState.FAILED
    wanted = turn.wanted(row["job_id"])
    halted = wanted or row["cancelling"] or row["stopped"]
    if halted and reason in {Reason.CANCELLED, Reason.NODE_LOST}:
        reason, state = Reason(wanted or Reason.CANCELLED), TaskState.CANCELLED
    elif reason is Reason.NODE_LOST:
        reason = Reason.POISON
    return Ending(
        task_id=row["task_id"],
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=state,
        alone=state is TaskState.CANCELLED and wanted is None,
        allow_failure=row["allow_failure"],
        reason=reason,
        error=failure.error,
        exit_code=failure.exit_code,
        ran=failure.ran,
    )
