"""What a generator writes: a list of tasks, or an object with ``tasks``, as in a job, in JSON."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from marshmallow import ValidationError

from windlass.coordinator.dialects.native import graph, matrix
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.dialects.native.translate import to_job_spec
from windlass.coordinator.engine.generated import Generated, Ungenerable
from windlass.coordinator.web import jsontext
from windlass.coordinator.web.reading import Flaw, Unreadable, show_path
from windlass.coordinator.web.refusals import flaws as flaws_of
from windlass.shared.spec import JobSpec

_SCHEMA = JobDocument()
_MOST_TOLD = 5


def read(job: JobSpec, _: str | None, written: bytes) -> Sequence[Generated]:
    """Ungenerable, in words for whoever wrote the generator."""
    document = {"name": job.name, "queue": job.queue, "priority": job.priority, **_value(written)}
    if document["tasks"] == []:
        return ()
    try:
        checked = _SCHEMA.load(document)
    except ValidationError as error:
        raise _told(flaws_of(error)) from None
    if wrong := [*islice(matrix.flaws(checked), 1), *_twice(checked)]:
        raise _told(wrong)
    spec = to_job_spec(checked)
    instances = matrix.expand(checked["tasks"])
    names: dict[str, list[str]] = {}
    for instance in instances:
        names.setdefault(instance.document["name"], []).append(instance.name)
    return [
        Generated(task, _parents(instances, place, names)) for place, task in enumerate(spec.tasks)
    ]


def _value(written: bytes) -> Mapping[str, Any]:
    try:
        value = jsontext.load(written)
    except Unreadable as problem:
        raise _told(list(problem.flaws)) from None
    if isinstance(value, list):
        return {"tasks": value}
    if isinstance(value, dict) and value.keys() == {"tasks"}:
        return value
    raise Ungenerable("what it wrote is neither a list of tasks nor an object with tasks alone")


def _twice(document: Mapping[str, Any]) -> list[Flaw]:
    by_name = graph.positions(document["tasks"])
    return [
        Flaw(("tasks", place, "name"), f"is the name of tasks[{by_name[task['name']]}] already")
        for place, task in enumerate(document["tasks"])
        if by_name[task["name"]] != place
    ]


def _parents(
    instances: Sequence[matrix.Instance], place: int, names: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Names of generated tasks stand for their instances, others for tasks that were there."""
    instance = instances[place]
    if "needs" in instance.document:
        needs = instance.document["needs"]
    else:
        before = [each for each in instances if each.written == instance.written - 1]
        return tuple(each.name for each in before)
    return tuple(key for name in needs for key in names.get(name, (name,)))


def _told(flaws: Sequence[Flaw]) -> Ungenerable:
    told = (f"{show_path(flaw.path)} {flaw.message}".strip() for flaw in flaws[:_MOST_TOLD])
    return Ungenerable(f"what it wrote describes no tasks: {'; '.join(told)}")
