"""What webhooks are sent, and what their ``if`` sees: the same fields under Go's names."""

from collections.abc import Mapping
from typing import Any

import msgspec

from windlass.coordinator.dialects.tork.show.documents import Answer, Task, TaskSummary

CONTENT_TYPE = "application/json; charset=UTF-8"

_ACRONYMS = {"id": "ID", "job_id": "JobID", "parent_id": "ParentID"}


def task_summary(task: Task) -> TaskSummary:
    """Of the task, what a webhook tells; ended badly is no field of it."""
    names = TaskSummary.__struct_fields__
    return TaskSummary(**{name: getattr(task, name) for name in names})


def environment(job: Answer, task: TaskSummary | None = None) -> Mapping[str, Any]:
    """``job``, and of news about a task ``task``; empty fields are there, too."""
    seen = {"job": _capitalised(job)}
    return {**seen, "task": _capitalised(task)} if task else seen


def _capitalised(value: Any) -> Any:
    if not isinstance(value, Answer):
        return msgspec.to_builtins(value)
    return {_name(field): _capitalised(getattr(value, field)) for field in value.__struct_fields__}


def _name(field: str) -> str:
    return _ACRONYMS.get(field) or field.title().replace("_", "")
