"""A DAG of 100,000 tasks through the Daggy door: ten layers, and one long chain.

The door is asked all the while for the state of the run, the list of runs and one task. Tasks are
done as soon as they are out, so what is measured is how a DAG advances; the chain, in which only
one task is out at any moment, is followed for a stretch and compared with a short one.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.fake_worker import a_fake_worker
from benchmarks.figures import Figure, Goal
from benchmarks.idle import proportional, tree
from benchmarks.numbers import percentile
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack

LAYERS = 10
STEPS = 300  # of a chain, that are timed
_LOOK = 0.05
_MEGABYTE = 1 << 20
_JOB = {"job": {"command": ["true"]}}


class Door:
    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = Request(f"{self._base}{path}", data=body, method=method)  # noqa: S310 - ours
        with urlopen(request, timeout=120) as answer:  # noqa: S310 - likewise
            return json.load(answer)

    def submit(self, tasks: Mapping[str, Any]) -> int:
        body = json.dumps({"tag": "bench", "tasks": tasks}).encode()
        run: int = self.ask("POST", "/v1/dagrun", body)["runID"]
        return run

    def counts(self, run: int) -> Mapping[str, int]:
        runs = self.ask("GET", "/v1/dagruns?all=1")
        found: Mapping[str, int] = next(each for each in runs if each["runID"] == run)["taskCounts"]
        return found

    def wait(self, run: int, *, completed: int) -> float:
        """Seconds until that many tasks have."""
        began = perf_counter()
        while self.counts(run).get("COMPLETED", 0) < completed:
            sleep(_LOOK)
        return perf_counter() - began


def measure(scale: Scale) -> list[Figure]:
    with a_stack() as up, a_fake_worker(up, "default"):
        _drain(up)
        door = Door(up.port)
        _advance(door, layered(scale.dag // 10))  # warm
        with _asked(up, door):
            small = _advance(door, layered(scale.dag // 10))
        with _asked(up, door) as times:
            submitted, large = _timed(door, layered(scale.dag))
        chain_submitted, short, long = _chains(door, scale.dag)
        answered, settled = _cancelled(door, scale.dag)
        memory = _largest(up) / _MEGABYTE
    return [
        _submit(max(submitted, chain_submitted), scale.dag),
        _flat("dag.task", large, small, f"a task of a DAG of {scale.dag // 10:,}"),
        _flat("dag.step", long, short, f"a step of a chain of {scale.dag // 100:,}"),
        Figure(
            name="dag.query",
            ours=percentile(times, 99) * 1000,
            unit="ms",
            floor=min(times) * 1000,
            floor_is="the quickest of the same questions: state, list and one task",
            goal=Goal("ours", "≤", 50),
            notes=(f"p99 of {len(times):,} questions while {scale.dag:,} tasks run",),
        ),
        Figure(
            name="dag.cancel",
            ours=answered,
            unit="s",
            floor=settled,
            floor_is="until all of its tasks were killed, at most 10 s",
            goal=Goal("ours", "≤", 1.0),
            notes=(f"a run of {scale.dag:,} tasks had settled after {settled:.1f} s",),
        ),
        Figure(
            name="dag.memory",
            ours=memory,
            unit="MB",
            floor=proportional(os.getpid()) / _MEGABYTE,
            floor_is="this benchmark",
            goal=Goal("ours", "≤", 500),
            notes=("the largest process of the stack, its share of what is shared",),
        ),
    ]


def layered(tasks: int) -> dict[str, Any]:
    """Ten layers; each task waits for the one above it and for its neighbour there."""
    width = tasks // LAYERS
    found: dict[str, Any] = {}
    for layer in range(LAYERS):
        for place in range(width):
            above = [] if not layer else [f"l{layer - 1}-{place}", f"l{layer - 1}-{place - 1}"]
            parents = [name for name in above if name in found]
            found[f"l{layer}-{place}"] = {**_JOB, "parents": parents}
    return found


def chain(tasks: int) -> dict[str, Any]:
    return {f"t{n}": {**_JOB, "parents": [f"t{n - 1}"] if n else []} for n in range(tasks)}


def _timed(door: Door, tasks: Mapping[str, Any]) -> tuple[float, float]:
    """Seconds to submit, and milliseconds a task from then until all have completed."""
    began = perf_counter()
    run = door.submit(tasks)
    submitted = perf_counter() - began
    done = door.counts(run).get("COMPLETED", 0)
    took = door.wait(run, completed=len(tasks))
    return submitted, took / (len(tasks) - done) * 1000


def _advance(door: Door, tasks: Mapping[str, Any]) -> float:
    return _timed(door, tasks)[1]


def _chains(door: Door, size: int) -> tuple[float, float, float]:
    """Seconds to submit the long one; milliseconds a step of the short and of the long one."""
    steps = min(STEPS, size // 100)
    short = door.submit(chain(size // 100))
    per_short = door.wait(short, completed=steps) / steps * 1000
    door.ask("DELETE", f"/v1/dagrun/{short}")
    began = perf_counter()
    long = door.submit(chain(size))
    submitted = perf_counter() - began
    done = door.counts(long).get("COMPLETED", 0)
    per_long = door.wait(long, completed=done + steps) / steps * 1000
    door.ask("DELETE", f"/v1/dagrun/{long}")
    return submitted, per_short, per_long


def _cancelled(door: Door, size: int) -> tuple[float, float]:
    """Seconds until the answer, and until every task has been killed or had completed."""
    run = door.submit(layered(size))
    began = perf_counter()
    door.ask("DELETE", f"/v1/dagrun/{run}")
    answered = perf_counter() - began
    while door.ask("GET", f"/v1/dagrun/{run}/state")["state"] != "KILLED":
        sleep(_LOOK)
    return answered, perf_counter() - began


@contextmanager
def _asked(up: Up, door: Door) -> Iterator[list[float]]:
    """Seconds of questions asked meanwhile, as soon as there is a run to ask about."""
    times: list[float] = []
    stop = Event()
    paths = ["/v1/dagrun/{}/state", "/v1/dagruns?all=1", "/v1/dagrun/{}/task/l5-7"]

    def ask() -> None:
        run = len(door.ask("GET", "/v1/dagruns?all=1"))  # the one that is being submitted
        while not stop.is_set():
            if len(door.ask("GET", "/v1/dagruns?all=1")) > run:
                times.extend(_time(door, path.format(run)) for path in paths)
            stop.wait(_LOOK)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


def _time(door: Door, path: str) -> float:
    began = perf_counter()
    door.ask("GET", path)
    return perf_counter() - began


def _drain(up: Up) -> None:
    """The real worker takes nothing: the fake one is quicker."""
    with up.link() as link:
        (node,) = [each for each in link.get("/nodes")["items"] if each["state"] == "active"]
        status, answer = link.ask(link.request("POST", f"/nodes/{node['name']}/drain", b"{}"))
    assert status < 300, answer


def _largest(up: Up) -> int:
    """Bytes of the process that has most."""
    return max(proportional(pid) for part in up.pids.values() for pid in tree(part))


def _submit(seconds: float, size: int) -> Figure:
    began = perf_counter()
    json.loads(json.dumps({"tasks": layered(size)}))
    return Figure(
        name="dag.submit",
        ours=seconds,
        unit="s",
        floor=perf_counter() - began,
        floor_is="making, writing and reading the same document",
        goal=Goal("ours", "≤", 30),
        notes=(f"{size:,} tasks, layered or as a chain, whichever took longer",),
    )


def _flat(name: str, ours: float, floor: float, floor_is: str) -> Figure:
    return Figure(
        name=name,
        ours=ours,
        unit="ms",
        floor=floor,
        floor_is=floor_is,
        goal=Goal("ratio", "≤", 1.2),
    )
