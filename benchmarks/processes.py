"""Many jobs of one trivial process: from the first POST to the end of the last of them."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

from benchmarks.figures import Figure, Goal
from benchmarks.link import Link
from benchmarks.scale import Scale
from benchmarks.stack import LANES, Up, a_stack

CLIENTS = 8
_LOOK = 0.02
_JOB = b'{"name": "trivial", "tasks": [{"name": "only", "cmd": ["/bin/true"]}]}'


def measure(scale: Scale) -> list[Figure]:
    with a_stack("process") as up:
        floor = scale.jobs / _timed(lambda: _spread(scale.jobs, LANES, lambda: _run_bare))
        _run(up, scale.jobs // 10)
        ours = scale.jobs / _timed(lambda: _run(up, scale.jobs))
    return [
        Figure(
            name="process.rate",
            ours=ours,
            unit="jobs/s",
            floor=floor,
            floor_is=f"fork, exec and wait of the same process, {LANES} at a time",
            goal=Goal("ours", "≥", 150),
        )
    ]


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _run(up: Up, jobs: int) -> None:
    """POST them all, and wait until as many more than before have completed."""
    with up.link() as link:
        before = _completed(link)
        _spread(jobs, CLIENTS, lambda: _poster(up))
        while _completed(link) < before + jobs:
            sleep(_LOOK)


def _completed(link: Link) -> int:
    completed: int = link.get("/jobs/totals")["by_state"]["completed"]
    return completed


def _poster(up: Up) -> Callable[[], object]:
    link = up.link()
    return lambda: link.post_job(_JOB)


def _run_bare() -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["/bin/true"], {}), 0)


def _spread(times: int, threads: int, make: Callable[[], Callable[[], object]]) -> None:
    """``times`` calls by ``threads``, each with a callable of its own."""
    shares = [len(range(first, times, threads)) for first in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_repeat, [make() for _ in shares], shares))


def _repeat(call: Callable[[], object], times: int) -> Sequence[object]:
    return [call() for _ in range(times)]
