"""A checked Tork document to what the engine is handed. Pure: no I/O, no clock, no ids."""

from typing import Any

import msgspec

from windlass.coordinator.dialects.tork import hooks, plain
from windlass.coordinator.dialects.tork.documents import (
    AutoDelete,
    Defaults,
    Document,
    Each,
    Permission,
    Subjob,
    Task,
    encode,
)
from windlass.coordinator.dialects.tork.names import keys, shown, tags
from windlass.coordinator.engine.schedule_views import ScheduleSubmission
from windlass.coordinator.engine.views import Submission
from windlass.shared import spec
from windlass.shared.durations import LONGEST
from windlass.shared.golang.durations import parse
from windlass.shared.spec import JobSpec, TaskSpec

DOOR = "tork"

_DESCRIPTION = 10_000  # characters the engine keeps; the document has them all
_ITEM = "item"
_AT_ONCE = 0.001  # seconds


def to_submission(document: Document, *, owner: str = "") -> Submission:
    return Submission(spec=to_job(document), door=DOOR, owner=owner, document=encode(document))


def to_schedule(document: Document, *, owner: str = "") -> ScheduleSubmission:
    return ScheduleSubmission(
        spec=to_job(document),
        door=DOOR,
        cron=document.cron.strip(),
        owner=owner,
        document=encode(document),
    )


def to_job(document: Document) -> JobSpec:
    """One task after the other; the first that fails is the end of it."""
    defaults = document.defaults or Defaults()
    return JobSpec(
        name=shown(document.name),
        tasks=_in_order([_task(task, defaults) for task in document.tasks]),
        description=document.description[:_DESCRIPTION],
        inputs=document.inputs,
        tags=tags(document.tags),
        priority=defaults.priority,
        queue=_queue(defaults),
        fail_fast=True,
        output=document.output or None,
        secrets=document.secrets,
        webhooks=hooks.of(document.webhooks),
        permissions=tuple(map(_permission, document.permissions)),
        delete_after=_after(document.auto_delete),
        lenient=True,
        plain_ids=True,
    )


def _queue(defaults: Defaults) -> str:
    """One that has to be evaluated is only for the tasks."""
    queue = plain.queue(defaults.queue)
    return spec.DEFAULT_QUEUE if "{{" in queue else queue


def _in_order(tasks: list[TaskSpec]) -> tuple[TaskSpec, ...]:
    found = zip(tasks, keys([task.name for task in tasks]), strict=True)
    return tuple(
        msgspec.structs.replace(task, key=key, needs=(position - 1,) if position else ())
        for position, (task, key) in enumerate(found)
    )


def _task(task: Task, defaults: Defaults) -> TaskSpec:
    name = shown(task.name)
    common: dict[str, Any] = {
        "name": name,
        "key": name,
        "description": task.description,
        "condition": task.condition or None,
        "var": task.var or None,
        "tags": tags(task.tags),
        "priority": task.priority or defaults.priority,
    }
    if task.parallel:
        children = tuple(_task(child, defaults) for child in task.parallel.tasks)
        return TaskSpec(**common, parallel=spec.Parallel(tasks=children))
    if task.each:
        return TaskSpec(**common, each=_each(task.each, defaults))
    if task.subjob:
        return TaskSpec(**common, subjob=_subjob(task.subjob))
    return TaskSpec(**common, **plain.parts(task, defaults))


def _each(each: Each, defaults: Defaults) -> spec.Each:
    return spec.Each(
        list=each.list,
        task=_task(each.task or Task(), defaults),
        var=each.var or _ITEM,
        concurrency=each.concurrency,
    )


def _subjob(given: Subjob) -> spec.Subjob:
    """A job of its own: the defaults around it do not reach inside."""
    document = Document(
        name=given.name,
        description=given.description,
        tasks=given.tasks,
        inputs=given.inputs,
        output=given.output,
        webhooks=given.webhooks,
        auto_delete=given.auto_delete,
        secrets=given.secrets,
    )
    return spec.Subjob(job=to_job(document), detached=given.detached, document=encode(document))


def _permission(given: Permission) -> spec.Permission:
    return spec.Permission(user=given.user or None, role=given.role or None)


def _after(given: AutoDelete | None) -> float | None:
    if given is None or not given.after:
        return None
    return min(max(parse(given.after), _AT_ONCE), LONGEST)
