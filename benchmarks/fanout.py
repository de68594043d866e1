"""One task, then many at once, then one that needs them all: does a wider job cost more a task?

Always as many tasks altogether, in narrow jobs or in a wide one, so that only the width differs.
"""

import json
from time import perf_counter

from benchmarks.fake_worker import a_fake_worker
from benchmarks.figures import Figure, Goal
from benchmarks.jobs import finish
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack

QUEUE = "fanout"
NARROW = 100


def measure(scale: Scale) -> list[Figure]:
    widths = [NARROW, scale.fan_out // 10, scale.fan_out]
    each: dict[int, float] = {}
    with a_stack() as up, a_fake_worker(up, QUEUE):
        _run(up, NARROW, 2)
        for width in widths:
            each[width] = _run(up, width, scale.fan_out // width)
    worst = max(each[width] for width in widths[1:])
    shown = ", ".join(f"{width:,}: {took:.2f} ms" for width, took in each.items())
    return [
        Figure(
            name="fanout.task",
            ours=worst,
            unit="ms",
            floor=each[NARROW],
            floor_is=f"the same number of tasks in jobs that fan out to {NARROW}",
            goal=Goal("ratio", "≤", 1.2),
            notes=(f"a task costs, by width: {shown}",),
        )
    ]


def _run(up: Up, width: int, jobs: int) -> float:
    """Milliseconds a task, from the first POST to the end of the last job."""
    bodies = [_document(width)] * jobs
    began = perf_counter()
    finish(up, bodies)
    return (perf_counter() - began) / (jobs * (width + 2)) * 1000


def _document(width: int) -> bytes:
    names = [f"task {number}" for number in range(width)]
    tasks = [
        {"name": "first", "cmd": ["/bin/true"]},
        *({"name": name, "cmd": ["/bin/true"], "needs": ["first"]} for name in names),
        {"name": "last", "cmd": ["/bin/true"], "needs": names},
    ]
    return json.dumps({"name": "fan out", "queue": QUEUE, "tasks": tasks}).encode()
