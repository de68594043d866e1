"""What the coordinator and the worker take while nothing is to be done."""

from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from time import perf_counter, sleep

from benchmarks.figures import Figure, Goal
from benchmarks.scale import Scale
from benchmarks.stack import a_stack

OURS = ("coordinator", "worker")
_SETTLE = 5.0  # seconds after the start
# It wakes as often as a loop that looks once a second would.
_BARE = "import time\nwhile True: time.sleep(1)"


def measure(scale: Scale) -> list[Figure]:
    with a_stack("process") as up:
        sleep(min(_SETTLE, scale.idle_seconds))
        pids = [pid for name in OURS for pid in tree(up.pids[name])]
        with Popen([executable, "-c", _BARE], stdin=PIPE) as bare:
            cpu, bare_cpu = _used(scale.idle_seconds, pids, [bare.pid])
            memory, bare_memory = _memory(pids), len(pids) * _memory([bare.pid])
            bare.kill()
    return [
        Figure(
            name="idle.cpu",
            ours=cpu * 100,
            unit="% of a core",
            floor=bare_cpu * 100,
            floor_is="one bare Python that wakes once a second",
            goal=Goal("ours", "≤", 2),
        ),
        Figure(
            name="idle.memory",
            ours=memory / 1e6,
            unit="MB",
            floor=bare_memory / 1e6,
            floor_is=f"{len(pids)} bare Pythons, as many as there are processes",
            goal=Goal("ours", "≤", 250),
            notes=("proportional set size: what processes share is counted once",),
        ),
    ]


def tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def _used(seconds: float, *groups: list[int]) -> list[float]:
    """Of one core, by each group of processes."""
    before, began = [sum(map(_cpu, group)) for group in groups], perf_counter()
    sleep(seconds)
    took = perf_counter() - began
    after = [sum(map(_cpu, group)) for group in groups]
    return [(end - start) / took for start, end in zip(before, after, strict=True)]


def _cpu(pid: int) -> float:
    """Seconds, to the nanosecond: in ticks, an idle process would have used none."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _memory(pids: list[int]) -> int:
    """Bytes."""
    return sum(proportional(pid) for pid in pids)


def proportional(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) << 10
    return 0
