"""Tasks that wait for nothing any more: skip, fail, or make their first attempt."""

from collections.abc import Sequence
from time import monotonic
from uuid import UUID

import msgspec

from windlass.coordinator.engine import advance, context, expressions, unfold
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.resolve import resolve, says_no
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.engine.unfold import Unfolding
from windlass.coordinator.store import attempts, jobs, tasks
from windlass.coordinator.store.attempts import NewAttempt
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.transitions import Move, move
from windlass.shared import messages, spec
from windlass.shared.ids import new_attempt_id
from windlass.shared.spec import TaskSpec
from windlass.shared.states import TASK, Reason, TaskState
from windlass.shared.text import clean

AT_ONCE = 500  # tasks started by the transaction that made them ready; a loop takes the others
Outcome = TaskSpec | Unfolding | Ending  # started, started with children, or over at once

PATIENCE = 2.0  # seconds of evaluating expressions in one transaction


def activate_ready(db: Database, signals: Signals, limit: int = AT_ONCE) -> int:
    """Start what no other transaction has started; how many tasks have been looked at."""
    with db.transaction() as tx:
        found = tasks.ready(tx, limit)
        if not found:
            return 0
        turn = Turn(tx, jobs.lock(tx, [row["job_id"] for row in found]))
        turn.ready = [row["id"] for row in found]
        start_ready(turn, limit)
    turn.tell(signals)
    return len(found)


def start_ready(turn: Turn, limit: int = AT_ONCE) -> None:
    """Start what the turn has made ready, and what that makes ready in turn (a skipped task lets
    others go on), up to ``limit``."""
    while turn.ready and limit > 0:
        ids, turn.ready = turn.ready[:limit], turn.ready[limit:]
        limit -= len(ids)
        rows = tasks.still_ready(turn.tx, ids)
        _start(turn, [row for row in rows if not turn.wanted(row["job_id"])])


def order(job_id: UUID, job_name: str, task_id: UUID, number: int, task: TaskSpec) -> NewAttempt:
    """An attempt at a task whose templates are resolved. The epoch is the caller's to set."""
    id = new_attempt_id()
    message = messages.RunAttempt(
        attempt_id=id,
        task_id=task_id,
        job_id=job_id,
        number=number,
        job_name=job_name,
        task_name=task.name,
        queue=task.queue,
        container=task.container,
        pre=task.pre,
        post=task.post,
        sidecars=task.sidecars,
        together=task.together,
        errand=task.errand,
    )
    return NewAttempt(
        id=id,
        task_id=task_id,
        job_id=job_id,
        number=number,
        epoch=1,
        queue=task.queue,
        priority=task.priority,
        message=messages.encode(message).decode(),
        timeout=task.container.timeout,
        cpus=task.container.requests.cpus,
        memory=task.container.requests.memory,
    )


def _start(turn: Turn, rows: Sequence[Row]) -> None:
    decided = _decide(turn, rows)
    started = [(row, outcome) for row, outcome in decided if isinstance(outcome, TaskSpec)]
    _unfold(turn, [outcome for _, outcome in decided if isinstance(outcome, Unfolding)])
    made = [_attempt(turn, row, task) for row, task in started]
    if made:
        attempts.insert(turn.tx, made)
        wishes = [_wish(row, task, row["attempts"] + 1) for row, task in started]
        move(turn.tx, TASK, TaskState.ACTIVE, wishes)
        turn.due = True
        turn.changed.update(attempt.job_id for attempt in made)
    advance.end(turn, [outcome for _, outcome in decided if isinstance(outcome, Ending)])


def _attempt(turn: Turn, row: Row, task: TaskSpec) -> NewAttempt:
    job = turn.jobs[row["job_id"]]
    attempt = order(row["job_id"], job["name"], row["id"], row["attempts"] + 1, task)
    return msgspec.structs.replace(
        attempt,
        epoch=job["epoch"],
        secretive=job["secretive"],
        held=job["paused"],
        group_name=job["group_name"],
        group_rank=job["group_rank"],
    )


def _wish(row: Row, task: TaskSpec, attempts: int) -> Move:
    columns = {"name": task.name, "queue": task.queue, "var": task.var, "attempts": attempts}
    return Move(row["id"], "ready", columns)


def _unfold(turn: Turn, unfoldings: Sequence[Unfolding]) -> None:
    if not unfoldings:
        return
    wishes = [_wish(made.row, made.task, made.row["attempts"]) for made in unfoldings]
    move(turn.tx, TASK, TaskState.ACTIVE, wishes)
    empty = unfold.write(turn, unfoldings)
    advance.end(turn, [_ending(made.row, TaskState.COMPLETED, None, "") for made in empty])


def _decide(turn: Turn, rows: Sequence[Row]) -> list[tuple[Row, Outcome]]:
    """What becomes of each; those the time does not suffice for are left for the next pass."""
    read = [(row, spec.decode_task(row["spec"])) for row in rows]
    templated = [(row, task) for row, task in read if row["templated"]]
    contexts = _contexts(turn, templated)
    decided: list[tuple[Row, Outcome]] = [(row, task) for row, task in read if not row["templated"]]
    began, size = monotonic(), 0
    for row, task in templated:
        if monotonic() - began > PATIENCE or size >= unfold.AT_ONCE:
            break
        known = context.within(contexts[row["job_id"]], row["scope"])
        outcome = _evaluated(row, task, known)
        size += outcome.weight if isinstance(outcome, Unfolding) else 0
        decided.append((row, outcome))
    return decided


def _contexts(turn: Turn, templated: Sequence[tuple[Row, TaskSpec]]) -> dict[UUID, context.Context]:
    if not templated:
        return {}
    specs = jobs.specs(turn.tx, sorted({row["job_id"] for row, _ in templated}))
    texts = [text for _, task in templated for text in context.templates_of(task)]
    return context.of_jobs(turn.tx, specs, context.names_in(texts))


def _evaluated(row: Row, task: TaskSpec, shared: context.Context) -> Outcome:
    known = {**shared, "matrix": task.matrix} if task.matrix else shared
    try:
        if says_no(task, known):
            return _ending(row, TaskState.SKIPPED, Reason.CONDITION, "its condition is false")
        resolved = resolve(task, known)
        if context.kind_of(task) and not task.fault:
            return unfold.unfolding(row, resolved, known)
    except expressions.ExpressionError as problem:
        return _ending(row, TaskState.FAILED, Reason.TEMPLATE, clean(str(problem)))
    if task.fault:
        return _ending(row, TaskState.FAILED, Reason.SETUP, task.fault)
    return resolved


def _ending(row: Row, state: TaskState, reason: Reason | None, error: str) -> Ending:
    return Ending(
        task_id=row["id"],
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=state,
        allow_failure=row["allow_failure"],
        reason=reason,
        error=error,
    )
