"""The parts of a task that runs by itself, with what it takes from the job's defaults. Pure."""

from collections.abc import Iterable
from typing import Any

from windlass.coordinator.dialects.tork import containers
from windlass.coordinator.dialects.tork.documents import (
    Aux,
    Defaults,
    Limits,
    Probe,
    Retry,
    Sidecar,
    Task,
)
from windlass.coordinator.dialects.tork.faults import Unfit
from windlass.coordinator.dialects.tork.names import shown
from windlass.coordinator.dialects.tork.queues import to_engine
from windlass.coordinator.engine import expressions
from windlass.shared import spec
from windlass.shared.durations import LONGEST
from windlass.shared.golang.durations import parse
from windlass.shared.spec import DEFAULT_QUEUE


def parts(task: Task, defaults: Defaults) -> dict[str, Any]:
    """Fields of a ``TaskSpec``; where it cannot run, ``fault`` instead of what it would."""
    chosen = {"queue": queue(task.queue or defaults.queue), "retry": retry(task, defaults)}
    try:
        return chosen | _run(task, defaults)
    except Unfit as problem:
        return chosen | {"fault": str(problem)}


def queue(name: str) -> str:
    if not name or expressions.is_templated(name):
        return name or DEFAULT_QUEUE
    return to_engine(name)


def retry(task: Task, defaults: Defaults) -> spec.Retry:
    """At once, as in Tork, unless one of our fields asks for a delay."""
    given = task.retry or defaults.retry or Retry()
    if not (given.initial_delay or given.scaling_factor or given.max_delay):
        return spec.Retry(limit=given.limit, initial_delay=0.0)
    asked = {
        "initial_delay": _delay(given.initial_delay),
        "scaling_factor": given.scaling_factor or None,
        "max_delay": _delay(given.max_delay),
    }
    chosen = {name: value for name, value in asked.items() if value is not None}
    return spec.Retry(limit=given.limit, **chosen)


def _delay(text: str) -> float | None:
    return min(max(parse(text), 0.0), LONGEST) if text else None


def _run(task: Task, defaults: Defaults) -> dict[str, Any]:
    own, others = task.limits or Limits(), defaults.limits or Limits()
    merged = Limits(cpus=own.cpus or others.cpus, memory=own.memory or others.memory)
    return {
        "container": containers.of_task(task, merged, task.timeout or defaults.timeout),
        "pre": _steps(task.pre),
        "post": _steps(task.post),
        "sidecars": tuple(map(_sidecar, task.sidecars)),
    }


def _steps(parts: Iterable[Aux]) -> tuple[spec.Step, ...]:
    return tuple(
        spec.Step(name=shown(part.name), container=containers.of_aux(part)) for part in parts
    )


def _sidecar(part: Sidecar) -> spec.Sidecar:
    return spec.Sidecar(
        name=shown(part.name),
        container=containers.of_aux(part),
        probe=_probe(part.probe) if part.probe else None,
    )


def _probe(probe: Probe) -> spec.Probe:
    time = containers.seconds(probe.timeout)
    if time is None:
        return spec.Probe(path=probe.path, port=probe.port)
    return spec.Probe(path=probe.path, port=probe.port, timeout=time)
