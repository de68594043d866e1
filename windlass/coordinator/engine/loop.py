"""The only loop: every piece of background work is a step that it repeats.

A loop never dies. A failed step is logged, counted and tried again after a growing pause.
"""

from collections.abc import Callable
from random import uniform
from threading import Event
from time import monotonic

import structlog

from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away
from windlass.shared import metrics

Step = Callable[[], float]  # does some of the work; seconds it may rest, 0: there is more at once

LONGEST_PAUSE = 10.0

_log = structlog.get_logger()


def run(step: Step, every: float, wake: Event, stop: Event, gap: float = 0.0) -> None:
    """Repeat ``step`` until ``stop``: after at most ``every`` seconds, or as soon as somebody sets
    ``wake``, but for that not twice within ``gap``: what comes meanwhile is done together. Whoever
    sets ``stop`` sets ``wake`` as well."""
    failures = 0
    while not stop.is_set():
        began = monotonic()
        wake.clear()  # before the step: a wish that comes during it is heard after it
        try:
            rest = step()
        except Exception as problem:  # whatever it is, the next try may succeed
            failures += 1
            _report(step, problem, failures)
            stop.wait(pause(failures))
            continue
        failures = 0
        if rest > 0:
            stop.wait(gap - (monotonic() - began))
            wake.wait(min(rest, every))


def pause(failures: int) -> float:
    """After so many failures in a row; spread, so that several coordinators do not come at once."""
    return min(LONGEST_PAUSE, 0.1 * 2.0 ** min(failures, 10)) * uniform(0.5, 1.0)  # noqa: S311 - jitter


def name_of(step: Step) -> str:
    owner = getattr(step, "__self__", None)
    return str(getattr(step, "__name__", "step")) if owner is None else type(owner).__name__.lower()


def _report(step: Step, problem: Exception, failures: int) -> None:
    name = name_of(step)
    metrics.loop_failures.labels(loop=name).inc()
    outage = isinstance(problem, Unavailable | Away)
    _log.warning(
        "loop.failed",
        loop=name,
        failures=failures,
        error=str(problem) or type(problem).__name__,
        exc_info=None if outage else problem,
    )
