"""From a body to a DAG that can run, or to everything that is wrong with it; one function for
submit and validate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from marshmallow import ValidationError

from windlass.coordinator.dialects.daggy import expansion, links
from windlass.coordinator.dialects.daggy.expansion import Unexpandable
from windlass.coordinator.dialects.daggy.schema import DagDocument
from windlass.coordinator.dialects.daggy.translate import Defaults, to_job_spec
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.web.failures import flaw_of
from windlass.coordinator.web.fields import kind
from windlass.coordinator.web.reading import MOST_FLAWS, Flaw
from windlass.coordinator.web.refusals import flaws as flaws_of
from windlass.shared.spec import JobSpec

Check = Callable[[JobSpec], Sequence[Problem]]

_SCHEMA = DagDocument()
_KNOWN = {"tag", "parameters", "tasks"}
_KNOWN_OF_TASK = {"job", "maxRetries", "retryIntervalSeconds", "parents", "children", "isGenerator"}


@dataclass(frozen=True)
class Intake:
    """``spec`` is there exactly when there are no flaws."""

    spec: JobSpec | None = None
    flaws: Sequence[Flaw] = ()
    warnings: Sequence[str] = ()


def take(value: Any, check: Check, defaults: Defaults) -> Intake:
    """``check`` is the engine's."""
    if not isinstance(value, Mapping):
        return Intake(flaws=(Flaw((), f"must be an object, not {kind(value)}", "a DAG"),))
    try:
        dag = _SCHEMA.load(value)
    except ValidationError as error:
        return Intake(flaws=flaws_of(error)[:MOST_FLAWS])
    flaws = list(islice(links.flaws(dag["tasks"]), MOST_FLAWS))
    if not dag["tasks"]:
        flaws.append(Flaw(("tasks",), "must not be empty", "at least one task"))
    return Intake(flaws=flaws) if flaws else _expanded(value, dag, check, defaults)


def _expanded(value: Any, dag: Mapping[str, Any], check: Check, defaults: Defaults) -> Intake:
    tasks, parameters = dag["tasks"], dag.get("parameters", {})
    try:
        instances = expansion.expand(tasks, parameters)
    except Unexpandable as problem:
        return Intake(flaws=(problem.flaw,))
    edges = links.written_edges(tasks)
    if links.count(instances, edges) > links.MOST_EDGES:
        allowed = f"at most {links.MOST_EDGES:,} links"
        return Intake(flaws=(Flaw(("tasks",), "are linked too often", allowed),))
    spec = to_job_spec(dag, instances, links.needs(instances, edges), defaults)
    flaws = [_named(flaw_of(problem), spec) for problem in check(spec)]
    if flaws:
        return Intake(flaws=flaws[:MOST_FLAWS])
    return Intake(spec=spec, warnings=list(islice(_warnings(value, tasks, parameters), MOST_FLAWS)))


def _named(flaw: Flaw, spec: JobSpec) -> Flaw:
    """A path through the spec, as one that leads to a task by its name."""
    match flaw.path:
        case ("tasks", int(position), *rest):
            return Flaw(("tasks", spec.tasks[position].key, *rest), flaw.message, flaw.allowed)
    return flaw


def _warnings(value: Mapping[str, Any], tasks: Any, parameters: Any) -> Any:
    for field in value.keys() - _KNOWN:
        yield f"{field} is not a known field and means nothing"
    for name, task in value["tasks"].items():
        for field in task.keys() - _KNOWN_OF_TASK:
            yield f"tasks.{name}.{field} is not a known field and means nothing"
    for name, mention in expansion.unknown_mentions(tasks, parameters):
        yield f"tasks.{name} mentions {{{{{mention}}}}}, which is no parameter: it stays as it is"
