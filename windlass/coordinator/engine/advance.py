"""What follows when tasks end: who may go on, who never will, and whether the job is over.

Set-based and in a fixed number of statements, however many tasks of however many jobs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.engine import context, expressions
from windlass.coordinator.engine.endings import JobEnded, PartEnded
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import composites, jobs, tasks
from windlass.coordinator.store.db import Row
from windlass.coordinator.store.rows import packed
from windlass.coordinator.store.transitions import Move, move, move_found
from windlass.shared import spec
from windlass.shared.durations import show_duration
from windlass.shared.states import JOB, TASK, JobState, Reason, TaskState
from windlass.shared.text import clean

ERROR_LIMIT = 2_000  # characters of a task's error that its job repeats


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How one task ends. ``ran``: seconds its last attempt took, where the report says so."""

    task_id: UUID
    job_id: UUID
    position: int
    key: str
    state: TaskState
    alone: bool = False  # cancelled, while its job goes on
    allow_failure: bool = False
    reason: Reason | None = None
    error: str = ""
    exit_code: int | None = None
    output: str | None = None
    ran: float | None = None

    @property
    def satisfies(self) -> bool:
        """Those that need it may go on."""
        if self.state is TaskState.FAILED or self.alone:
            return self.allow_failure
        return self.state is TaskState.COMPLETED or self.reason is Reason.CONDITION

    @property
    def fails_job(self) -> bool:
        return (self.state is TaskState.FAILED or self.alone) and not self.allow_failure


def end(turn: Turn, endings: Sequence[Ending]) -> None:
    """End these tasks and carry the consequences through to their jobs."""
    moved = [ending for state in TaskState for ending in _move(turn, state, endings)]
    ended = _of_jobs(turn, moved)
    if not ended:
        return
    satisfied = [tasks.Place(e.job_id, e.position) for e in ended if _leads_on(turn, e)]
    if satisfied:
        turn.ready += tasks.satisfy(turn.tx, satisfied)
    skipped = skip_downstream(turn, [ending for ending in ended if ending.fails_job])
    _fail_fast(turn, [ending for ending in ended if ending.fails_job])
    count(turn, _tallies(ended, skipped))


def _of_jobs(turn: Turn, moved: Sequence[Ending]) -> Sequence[Ending]:
    """Those of the jobs themselves; the others count on the composites they are parts of."""
    nested = [ending.task_id for ending in moved if turn.jobs[ending.job_id]["nested"]]
    parents = composites.parents(turn.tx, nested) if nested else {}
    if not parents:
        return moved
    parts = [ending for ending in moved if ending.task_id in parents]
    turn.changed.update(part.job_id for part in parts)
    _tell_of_parts(turn, parts)
    end(turn, _count_parts(turn, parts, parents))
    return [ending for ending in moved if ending.task_id not in parents]


def _count_parts(turn: Turn, parts: Sequence[Ending], parents: Mapping[UUID, UUID]) -> list[Ending]:
    """The composites that end with these children. One that fails waits until what is left of it
    has been stopped, so that nothing of a task runs when it has ended."""
    by_parent: dict[UUID, list[Ending]] = defaultdict(list)
    for part in parts:
        by_parent[parents[part.task_id]].append(part)
    sums = [_sum(id, by_parent[id]) for id in sorted(by_parent)]
    rows = composites.count(turn.tx, sums)
    going_on = [row for row in rows if not row["over"]]
    _stop_parts(turn, [row for row in going_on if row["failing"] is not None])
    rooms = [row for row in going_on if row["failing"] is None and not row["stopped"]]
    if rooms:
        turn.ready += composites.release(
            turn.tx, [composites.Room(r["id"], r["ended"]) for r in rooms]
        )
    return [_composite(turn, row) for row in rows if row["over"]]


def _sum(id: UUID, parts: Sequence[Ending]) -> composites.Sum:
    failed = [part for part in parts if part.fails_job]
    first = min(failed, key=lambda part: part.position, default=None)
    error = (first.error or str(first.reason)) if first else None
    cancelled = sum(part.state is TaskState.CANCELLED for part in parts)
    return composites.Sum(id, len(parts), cancelled, error)


def _stop_parts(turn: Turn, rows: Sequence[Row]) -> None:
    if rows:
        composites.stop(turn.tx, [row["id"] for row in rows])
        turn.halting.update(row["job_id"] for row in rows)


def _composite(turn: Turn, row: Row) -> Ending:
    """How a composite ends of which every child has ended."""
    wanted = turn.wanted(row["job_id"]) or ("cancelled" if row["stopped"] else None)
    state, reason = TaskState.COMPLETED, None
    if row["failing"] is not None:
        state, reason = TaskState.FAILED, Reason.TASK_FAILED
    elif wanted and row["cut"]:
        state, reason = TaskState.CANCELLED, Reason(wanted)
    return Ending(
        task_id=row["id"],
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=state,
        allow_failure=row["allow_failure"],
        reason=reason,
        error=row["failing"] or "",
    )


def count(turn: Turn, tallies: Sequence[jobs.Tally]) -> None:
    """Add to the jobs' counters, and end the jobs whose last task has ended."""
    rows = jobs.count(turn.tx, tallies)
    turn.changed.update(row["id"] for row in rows)
    finish(turn, [row for row in rows if row["over"]])


def finish(turn: Turn, rows: Sequence[Row]) -> None:
    """End jobs of which every task has ended; rows as ``jobs.count`` gives them."""
    wishes: dict[JobState, list[Move]] = defaultdict(list)
    for row in rows:
        state, reason, columns = _ending(turn, row)
        columns = {"error": row["error"], "output": None, **columns, "reason": reason}
        wishes[state].append(Move(row["id"], reason or "", {**columns, "settling": False}))
    for state, moves in wishes.items():
        moved = move(turn.tx, JOB, state, moves)
        turn.over |= moved
        _tell_of_jobs(turn, state, [row for row in rows if row["id"] in moved])
    turn.changed |= turn.over


def _tell_of_jobs(turn: Turn, state: JobState, rows: Sequence[Row]) -> None:
    for row in rows:
        job = turn.jobs[row["id"]]
        if job["of_template"]:
            ended = JobEnded(
                door=job["door"],
                name=row["name"],
                state=state,
                seconds=row["age"],
                nested=job["nested"],
            )
            turn.endings.jobs.append(ended)


def _tell_of_parts(turn: Turn, parts: Sequence[Ending]) -> None:
    for part in parts:
        job = turn.jobs[part.job_id]
        if job["of_template"]:
            ended = PartEnded(
                door=job["door"], job_name=job["name"], state=part.state, output=part.output
            )
            turn.endings.parts.append(ended)


def _move(turn: Turn, state: TaskState, endings: Iterable[Ending]) -> list[Ending]:
    chosen = [ending for ending in endings if ending.state is state]
    moved = move(turn.tx, TASK, state, [_wish(ending) for ending in chosen])
    return [ending for ending in chosen if ending.task_id in moved]


def _wish(ending: Ending) -> Move:
    columns: dict[str, object] = {
        "reason": ending.reason,
        "error": ending.error,
        "exit_code": ending.exit_code,
        "output": ending.output,
        "ran": ending.ran,
    }
    if ending.state is TaskState.COMPLETED:
        columns["progress"] = 100.0
    return Move(ending.task_id, ending.reason or "", columns)


def _leads_on(turn: Turn, ending: Ending) -> bool:
    return ending.satisfies and turn.jobs[ending.job_id]["total"] > 1


def skip_downstream(turn: Turn, failed: Sequence[Ending]) -> dict[UUID, int]:
    """Whatever needs these, however far down, will not run; how many of each job."""
    places = [tasks.Place(e.job_id, e.position) for e in failed if _has_others(turn, e)]
    if not places:
        return {}
    return move_found(
        turn.tx,
        TASK,
        TaskState.SKIPPED,
        tasks.DOWNSTREAM,
        columns=["reason"],
        failed=packed(places),
    )


def _has_others(turn: Turn, ending: Ending) -> bool:
    return bool(turn.jobs[ending.job_id]["total"] > 1)


def _fail_fast(turn: Turn, failed: Sequence[Ending]) -> None:
    ids = sorted({e.job_id for e in failed if turn.jobs[e.job_id]["fail_fast"]})
    if ids:
        turn.stopping.update(jobs.want(turn.tx, ids, "task_failed"))


def _tallies(ended: Sequence[Ending], skipped: dict[UUID, int]) -> list[jobs.Tally]:
    by_job: dict[UUID, list[Ending]] = defaultdict(list)
    for ending in ended:
        by_job[ending.job_id].append(ending)
    return [_tally(id, by_job[id], skipped.get(id, 0)) for id in sorted(by_job)]


def _tally(job_id: UUID, ended: Sequence[Ending], skipped: int) -> jobs.Tally:
    failed = [ending for ending in ended if ending.fails_job]
    first = min(failed, key=lambda ending: ending.position, default=None)
    ran = [ending.ran for ending in ended if ending.ran is not None]
    return jobs.Tally(
        job_id=job_id,
        ended=len(ended) + skipped,
        failed=len(failed),
        error=_named(first) if first else "",
        ran=max(ran, default=None),
    )


def _named(failed: Ending) -> str:
    return f'task "{failed.key}": {failed.error or failed.reason}'[:ERROR_LIMIT]


def _ending(turn: Turn, row: Row) -> tuple[JobState, Reason | None, dict[str, object]]:
    if row["wanted"] == "cancelled":
        return JobState.CANCELLED, Reason.CANCELLED, {}
    if row["wanted"] == "timeout":
        return JobState.FAILED, Reason.TIMEOUT, {"error": _late(row)}
    if row["failed"] or row["wanted"]:
        return JobState.FAILED, Reason.TASK_FAILED, {}
    if not row["templated"]:
        return JobState.COMPLETED, None, {"output": None}
    return _with_output(turn, row)


def _late(row: Row) -> str:
    if row["total_timeout"] is not None:
        return f"was not over {row['total_timeout']:g} seconds after its submission"
    if row["unstarted"]:
        return f"did not start within {row['start_timeout']:g} seconds"
    return f"timed out after {show_duration(row['timeout'] or 0.0)}"


def _with_output(turn: Turn, row: Row) -> tuple[JobState, Reason | None, dict[str, object]]:
    job = spec.decode_job(row["spec"])
    template = job.output or ""
    names = context.names_in([template])
    known = context.of_jobs(turn.tx, {row["id"]: row["spec"]}, names)[row["id"]]
    try:
        return JobState.COMPLETED, None, {"output": clean(expressions.render(template, known))}
    except expressions.ExpressionError as problem:
        return JobState.FAILED, Reason.TEMPLATE, {"error": clean(f"output: {problem}")}
