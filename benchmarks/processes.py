"""Many jobs of one trivial process: from the first POST to the end of the last of them."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from benchmarks.figures import Figure, Goal
from benchmarks.jobs import finish
from benchmarks.scale import Scale
from benchmarks.stack import LANES, a_stack

_JOB = b'{"name": "trivial", "tasks": [{"name": "only", "cmd": ["/bin/true"]}]}'


def measure(scale: Scale) -> list[Figure]:
    with a_stack("process") as up:
        floor = scale.jobs / bare(scale.jobs)
        finish(up, [_JOB] * max(1, scale.jobs // 10))
        ours = scale.jobs / _timed(lambda: finish(up, [_JOB] * scale.jobs))
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


def bare(times: int) -> float:
    """Seconds for as many trivial processes with nothing around them."""
    with ThreadPoolExecutor(LANES) as pool:
        return _timed(lambda: list(pool.map(lambda _: _run_one(), range(times))))


def _run_one() -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["/bin/true"], {}), 0)
