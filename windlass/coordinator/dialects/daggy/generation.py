"""What a generator of this door writes: a map of tasks, as in a DAG, for the run's parameters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from windlass.coordinator.dialects.daggy import expansion
from windlass.coordinator.dialects.daggy.envelope import told
from windlass.coordinator.dialects.daggy.expansion import Instance, Unexpandable
from windlass.coordinator.dialects.daggy.schema import DagDocument
from windlass.coordinator.dialects.daggy.settings import Settings
from windlass.coordinator.dialects.daggy.translate import Defaults, to_task
from windlass.coordinator.engine.generated import Generated, Ungenerable
from windlass.coordinator.web import jsontext
from windlass.coordinator.web.reading import Unreadable
from windlass.coordinator.web.refusals import flaws as flaws_of
from windlass.shared.spec import JobSpec

_SCHEMA = DagDocument()
_MOST_TOLD = 5


def read(_: JobSpec, document: str | None, written: bytes) -> Sequence[Generated]:
    """Ungenerable, in words for whoever wrote the generator."""
    dag = _SCHEMA.load(jsontext.load((document or "{}").encode()))
    tasks = _tasks(written)
    parameters = dag.get("parameters", {})
    try:
        instances = expansion.expand(tasks, parameters)
        older = expansion.expand(dag["tasks"], parameters)
    except Unexpandable as problem:
        raise Ungenerable(told([problem.flaw])) from None
    names = _by_written([*older, *instances])
    defaults = Defaults(image=Settings.from_env().image)
    return [_generated(instance, names, defaults) for instance in instances]


def _tasks(written: bytes) -> Mapping[str, Any]:
    try:
        value = jsontext.load(written)
        found: Mapping[str, Any] = _SCHEMA.load({"tasks": value})["tasks"]
    except Unreadable as problem:
        raise Ungenerable(f"what it wrote is no JSON: {told(list(problem.flaws))}") from None
    except ValidationError as error:
        flaws = flaws_of(error)[:_MOST_TOLD]
        raise Ungenerable(f"what it wrote describes no tasks: {told(flaws)}") from None
    return found


def _by_written(instances: Iterable[Instance]) -> Mapping[str, list[str]]:
    names: dict[str, list[str]] = {}
    for instance in instances:
        names.setdefault(instance.written, []).append(instance.name)
    return names


def _generated(
    instance: Instance, names: Mapping[str, Sequence[str]], defaults: Defaults
) -> Generated:
    """A name may be that of a written task, or of one instance."""

    def called(field: str) -> tuple[str, ...]:
        given = instance.document.get(field, ())
        return tuple(name for each in given for name in names.get(each, (each,)))

    return Generated(to_task(instance, (), defaults), called("parents"), called("children"))
