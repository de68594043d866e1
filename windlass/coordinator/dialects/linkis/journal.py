"""What Linkis' entrance writes into the log of a task, derived from the history of its job. Pure.

Lines and logs of attempts in the order in which they came about. Once there, a line keeps its
number: what is still open (the log of an attempt that is not complete) ends the list for now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from windlass.coordinator.dialects.linkis.asked import Asked
from windlass.coordinator.dialects.linkis.ids import APPLICATION, INSTANCE
from windlass.coordinator.engine.views import AttemptView, HistoryRow, JobView
from windlass.shared.ids import AttemptId
from windlass.shared.states import JobState

BANNER = "SCRIPT CODE".center(83, "*")
VARIABLES = "Variables".center(83, "*")
KILLED = "Job is killed by user!"
_ENDED = {state.value for state in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)}
_SUCCESS = "Congratulations. Your job completed with status Success."
_SORRY = "Sorry. Your job completed with a status {}. You can view logs for the reason."


@dataclass(frozen=True)
class Entry:
    """Lines of the entrance; or, of an attempt, all that it wrote."""

    lines: Sequence[str] = ()
    attempt: AttemptId | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that the log of a task is made of. ``status`` is that of its end."""

    task_id: int
    short_id: str
    asked: Asked
    job: JobView
    history: Sequence[HistoryRow]
    attempts: Mapping[str, AttemptView]
    status: str
    reason: str  # why it did not succeed


def entries(told: Told) -> Iterator[Entry]:
    yield Entry(list(_head(told)))
    started: set[str] = set()
    scheduled: set[str] = set()
    for row in told.history:
        attempt = told.attempts.get(row.entity_id) if row.entity == "attempt" else None
        if attempt is not None:
            if row.entity_id not in scheduled and _was_scheduled(row, attempt):
                scheduled.add(row.entity_id)
                yield Entry(list(_scheduled(told, attempt, row.at)))
            if row.entity_id not in started and attempt.started_at and row.became != "scheduled":
                started.add(row.entity_id)
                yield Entry(list(_started(told, attempt, min(attempt.started_at, row.at))))
                yield Entry(attempt=attempt.id)
        elif row.entity == "job" and row.became in _ENDED:
            yield Entry(list(_end(told, row)))


def stamp(at: datetime) -> str:
    """With true milliseconds, where the real server repeats the minute."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"


def _was_scheduled(row: HistoryRow, attempt: AttemptView) -> bool:
    return row.became == "scheduled" or attempt.started_at is not None


def _head(told: Told) -> Iterator[str]:
    asked, at = told.asked, stamp(told.job.created_at)
    yield f"{at} INFO Program is substituting variables for you"
    if asked.fault is None:
        yield f"{at} INFO Variables substitution ended successfully"
        yield f"{at} INFO Job variables is"
        yield VARIABLES
        yield from (f"{name}={value}" for name, value in sorted(asked.variables.items()))
        yield VARIABLES
    yield f"{at} INFO You have submitted a new job, script code (after variable substitution) is"
    yield BANNER
    yield from (asked.script or asked.code).split("\n")
    yield BANNER
    if asked.creator.upper() != "IDE":
        yield f"{at} WARN The code you submit will not be limited by the limit"
    if asked.fault is None:
        yield f"{at} INFO Job with jobId : {told.task_id} and execID : {told.short_id} submitted"
        yield (
            f"{at} INFO Your job is accepted,  jobID is {told.short_id} and jobReqId is"
            f" {told.task_id} in ServiceInstance({APPLICATION}, {INSTANCE})."
            " Please wait it to be scheduled(您的任务已经提交，进入排队中)"
        )


def _scheduled(told: Told, attempt: AttemptView, at: datetime) -> Iterator[str]:
    if attempt.number > 1:
        yield f"{stamp(at)} INFO ..retry, new retry-task is {told.short_id}_{attempt.number - 1}"
    yield (
        f"{stamp(at)} INFO Your job is Scheduled. Please wait it to run.(您的任务已经调度运行中)"
    )


def _started(told: Told, attempt: AttemptView, at: datetime) -> Iterator[str]:
    when, mark = stamp(at), str(attempt.id)[-12:]
    node = attempt.node or "-"
    yield (
        f"{when} INFO Your job is Running now. Please wait it to complete.(您的任务已经在运行中)"
    )
    yield (
        f"{when} INFO JobRequest ({told.task_id}) was submitted to Orchestrator."
        "(您的任务已经提交给Orchestrator进行编排执行)"
    )
    yield (
        f"{when} INFO Background is starting a new engine for you"
        f"(您的任务正在请求引擎中，请耐心等待), execId {told.short_id} mark id is {mark}"
    )
    yield f"{when} INFO Succeed to create new ec : ServiceInstance(linkis-cg-engineconn, {node})"
    first, *others = told.asked.script.split("\n")
    yield f"{node}_{attempt.number} >> {first}"
    yield from others


def _end(told: Told, row: HistoryRow) -> Iterator[str]:
    when, job = stamp(row.at), told.job
    if row.became == JobState.CANCELLED:
        yield f"{when} ERROR Sorry, your job executed failed with reason: {KILLED}"
        yield f"{when} ERROR {KILLED}"
    elif row.became == JobState.FAILED:
        reason = told.reason.replace("\n", f"\n{when} ERROR ")
        yield from f"{when} ERROR Sorry, your job executed failed with reason: {reason}".split("\n")
    else:
        yield (
            f"{when} INFO Congratulations! Your job : {told.short_id} executed with status succeed"
            " and 1 results."
        )
    times = (
        ("creation", job.created_at),
        ("scheduling", _first(told, "scheduled") or job.started_at),
        ("start", job.started_at),
        ("end", row.at),
    )
    points = "".join(f"[Task {name} time..:{stamp(at)}]" for name, at in times if at)
    yield f"{when} INFO Task time point information(任务时间节点信息):{points}"
    spent = max((row.at - job.created_at).total_seconds(), 0.0)
    yield (
        f"{when} INFO Your task jobId(您的任务) {told.task_id} The total time spent"
        f" is(总耗时时间为): {spent:.1f} s"
    )
    success = row.became == JobState.COMPLETED
    yield f"{when} INFO {_SUCCESS if success else _SORRY.format(told.status)}"


def _first(told: Told, became: str) -> datetime | None:
    return next((row.at for row in told.history if row.became == became), None)
