"""A task as Tork shows it: what was written, with what it came to when it was set in motion."""

from collections.abc import Mapping
from typing import Any, TypeVar

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.names import posted as posted_name
from windlass.coordinator.dialects.tork.queues import to_tork
from windlass.coordinator.dialects.tork.show.documents import (
    Each,
    Parallel,
    RetryOf,
    Task,
)
from windlass.coordinator.dialects.tork.show.gojson import number, whole
from windlass.coordinator.dialects.tork.show.ids import node_id
from windlass.coordinator.dialects.tork.show.moments import moment, moment_or_nothing
from windlass.coordinator.dialects.tork.show.redaction import Cover
from windlass.coordinator.dialects.tork.show.states import task_state
from windlass.coordinator.engine.outlook_views import Execution
from windlass.shared.spec import Step
from windlass.shared.states import Reason, TaskState

P = TypeVar("P", bound=posted.Model)

_NO_DEFAULTS = posted.Defaults()


def task(
    execution: Execution, document: posted.Document, written: posted.Task, cover: Cover
) -> Task:
    """``written``: its definition in the document of its job."""
    plain = cover.part(_resolved(written, execution))
    times: dict[str, Any] = _times(execution)
    kept = ("cmd", "entrypoint", "files", "pre", "post", "sidecars", "mounts", "networks", "tags")
    texts = ("description", "run", "image", "var", "gpus", "workdir", "registry")
    return Task(
        id=execution.id.hex,
        job_id=execution.task.job_id.hex,
        parent_id=execution.task.parent.hex if execution.task.parent else "",
        position=(execution.task.path or (execution.task.position,))[0] + 1,
        name=cover.text(_name(execution)),
        condition=written.condition,
        **{name: plain[name] for name in (*kept, *texts) if name in plain},
        env=plain.get("env", {}),
        **_defaulted(execution, document.defaults or _NO_DEFAULTS, written),
        **_outcome(execution, cover),
        **times,
        **_composite(execution, plain),
    )


def _name(execution: Execution) -> str:
    return posted_name(execution.order.task_name if execution.order else execution.task.name)


def _resolved(written: posted.Task, execution: Execution) -> posted.Task:
    """With the values its templates had."""
    order = execution.order
    if order is None:
        return written
    changes: dict[str, Any] = {
        "cmd": order.container.cmd or written.cmd,
        "env": {name: order.container.env.get(name, text) for name, text in written.env.items()},
        "image": order.container.image or written.image,
        "pre": _steps(written.pre, order.pre),
        "post": _steps(written.post, order.post),
    }
    return _replaced(written, changes)


def _steps(written: tuple[posted.Aux, ...], resolved: tuple[Step, ...]) -> tuple[posted.Aux, ...]:
    if len(written) != len(resolved):
        return written
    return tuple(map(_step, written, resolved))


def _step(written: posted.Aux, resolved: Step) -> posted.Aux:
    container = resolved.container
    return _replaced(
        written,
        {
            "name": resolved.name,
            "image": container.image or written.image,
            "cmd": container.cmd or written.cmd,
            "env": {name: container.env.get(name, text) for name, text in written.env.items()},
        },
    )


def _replaced(part: P, changes: Mapping[str, Any]) -> P:
    fields = {name: getattr(part, name) for name in part.__struct_fields__}
    return type(part)(**{**fields, **changes})


def _defaulted(
    execution: Execution, defaults: posted.Defaults, written: posted.Task
) -> dict[str, Any]:
    """What the job says for tasks that do not say it themselves; composites have none of it."""
    if execution.attempt is None:
        return {"queue": written.queue, "priority": written.priority}
    own, common = written.limits or posted.Limits(), defaults.limits or posted.Limits()
    limits = posted.Limits(cpus=own.cpus or common.cpus, memory=own.memory or common.memory)
    return {
        "queue": to_tork(execution.attempt.queue),
        "priority": written.priority or defaults.priority,
        "timeout": written.timeout or defaults.timeout,
        "limits": limits if limits != posted.Limits() else None,
        "retry": _retry(written.retry or defaults.retry, execution.tries),
    }


def _retry(retry: posted.Retry | None, tries: int) -> RetryOf | None:
    if retry is None:
        return None
    return RetryOf(
        limit=retry.limit,
        attempts=min(tries, retry.limit),
        initial_delay=retry.initial_delay,
        scaling_factor=None if retry.scaling_factor is None else whole(retry.scaling_factor),
        max_delay=retry.max_delay,
    )


def _outcome(execution: Execution, cover: Cover) -> dict[str, Any]:
    attempt, view = execution.attempt, execution.task
    state = task_state(execution)
    shown: dict[str, Any] = {"state": state}
    if state == "FAILED":
        shown["error"] = cover.text((attempt or view).error)
    if state == "COMPLETED":
        shown["result"] = cover.text(view.output or "")
    if attempt and attempt.node:
        shown["node_id"] = node_id(attempt.node)
    if state == "RUNNING":
        shown["progress"] = number(view.progress)
    return shown


def _times(execution: Execution) -> dict[str, str]:
    attempt, view = execution.attempt, execution.task
    if attempt is None:
        return _times_without_attempt(execution)
    times = {
        "created_at": moment(attempt.created_at),
        "scheduled_at": moment_or_nothing(attempt.published_at),
        "started_at": moment_or_nothing(attempt.started_at),
    }
    ends = {"COMPLETED": "completed_at", "FAILED": "failed_at"}
    end = ends.get(task_state(execution))
    return {**times, end: moment_or_nothing(attempt.ended_at)} if end and view else times


def _times_without_attempt(execution: Execution) -> dict[str, str]:
    view = execution.task
    begun = view.started_at or view.ended_at
    times = {"created_at": moment_or_nothing(begun), "started_at": moment_or_nothing(begun)}
    if view.state is TaskState.FAILED:
        failed = {"created_at": times["created_at"], "failed_at": moment_or_nothing(view.ended_at)}
        return failed if view.reason is Reason.TEMPLATE else {**times, **failed}
    times["scheduled_at"] = times["started_at"]
    if view.state in (TaskState.COMPLETED, TaskState.SKIPPED):
        times["completed_at"] = moment_or_nothing(view.ended_at)
    return times


def _composite(execution: Execution, plain: Mapping[str, Any]) -> dict[str, Any]:
    view = execution.task
    shown: dict[str, Any] = {}
    if "parallel" in plain:
        children = tuple(plain["parallel"]["tasks"])
        shown["parallel"] = Parallel(tasks=children, completions=view.done)
    if "subjob" in plain:
        id = {"id": view.subjob_id.hex} if view.subjob_id else {}
        shown["subjob"] = {**id, **plain["subjob"]}
    if "each" in plain:
        counters: dict[str, Any] = {"size": view.size, "completions": view.done}
        begun = min(view.size, view.done + (plain["each"].get("concurrency") or view.size))
        shown["each"] = Each(**plain["each"], **counters, index=begun)
    return shown
