"""The whole of a run in one document: what the web page asks for every few seconds."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from windlass.coordinator.dialects.daggy import present
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import AttemptView, JobView, TaskFilter, TaskView
from windlass.shared.ids import AttemptId, JobId
from windlass.shared.states import Reason, TaskState

LOG_END = 256 * 1024  # bytes of each attempt's log that the document holds
MOST_LOGS = 64 << 20  # and of all logs together; older attempts then come without
_PAGE = 200

Streams = Mapping[str, bytes]


def document(engine: Engine, job: JobView) -> dict[str, Any]:
    tasks = list(_tasks(engine, job.id))
    names = {task.position: task.key for task in tasks}
    parents, children = _links(engine, job.id, names)
    tried = _attempts(engine, job.id)
    logs = _logs(engine, [attempt for each in tried.values() for attempt in each])
    return {
        "runID": present.run_id(job),
        "tag": present.tag(job),
        "tasks": {
            task.key: present.task(task.spec, parents[task.key], children[task.key])
            for task in tasks
        },
        "taskStates": {task.key: present.task_state(task) for task in tasks},
        "taskAttempts": {task.key: _shown(task, tried[task.id], logs) for task in tasks},
        "dagStateChanges": present.changes(engine.job_moves(job.id)),
    }


def one_task(engine: Engine, task: TaskView) -> dict[str, Any]:
    parents, children = engine.around(task)
    return present.task(task.spec, parents, children)


def _tasks(engine: Engine, job_id: JobId) -> Iterator[TaskView]:
    cursor = None
    while True:
        page = engine.tasks(job_id, TaskFilter(), limit=_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _links(
    engine: Engine, job_id: JobId, names: Mapping[int, str]
) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    parents: dict[str, list[str]] = defaultdict(list)
    children: dict[str, list[str]] = defaultdict(list)
    for parent, child in engine.edges(job_id):
        parents[names[child]].append(names[parent])
        children[names[parent]].append(names[child])
    return parents, children


def _attempts(engine: Engine, job_id: JobId) -> Mapping[UUID, list[AttemptView]]:
    found: dict[UUID, list[AttemptView]] = defaultdict(list)
    after = None
    while True:
        page = engine.job_attempts(job_id, after=after, limit=_PAGE)
        for attempt in page:
            found[attempt.task_id].append(attempt)
        if len(page) < _PAGE:
            return found
        after = page[-1].id


def _logs(engine: Engine, attempts: Sequence[AttemptView]) -> Mapping[AttemptId, Streams]:
    """Of the newest attempts, as many as there is room for."""
    ids: list[AttemptId] = []
    room = MOST_LOGS
    for attempt in sorted(attempts, key=lambda each: each.id, reverse=True):
        room -= min(attempt.log_bytes or 0, LOG_END)
        if room < 0:
            break
        ids.append(attempt.id)
    return engine.log_ends(ids, LOG_END) if ids else {}


def _shown(
    task: TaskView, attempts: Sequence[AttemptView], logs: Mapping[AttemptId, Streams]
) -> list[dict[str, Any]]:
    shown = [
        _attempt(attempt, logs.get(attempt.id, {}))
        for attempt in sorted(attempts, key=lambda each: each.number)
        if attempt.started_at or attempt.ended_at
    ]
    if task.state is TaskState.FAILED and task.reason is Reason.GENERATOR:
        shown.append(present.failed_generation(task))
    return shown


def _attempt(view: AttemptView, streams: Streams) -> dict[str, Any]:
    executor = [_text(streams, "sys")] if streams.get("sys") else []
    if view.reason is not None and view.reason is not Reason.EXIT_CODE:
        executor.append(view.error or str(view.reason))
    if (view.log_bytes or 0) > LOG_END:
        executor.append(f"{view.log_bytes} bytes were written; only the last are shown here")
    return present.attempt(view, _text(streams, "out"), _text(streams, "err"), "\n".join(executor))


def _text(streams: Streams, name: str) -> str:
    return streams.get(name, b"").decode(errors="replace")
