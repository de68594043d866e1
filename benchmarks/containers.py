"""Jobs of one container, beside the same container through the Docker API alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter

from docker import APIClient

from benchmarks.figures import Figure, Goal
from benchmarks.jobs import finish, follow
from benchmarks.scale import Scale
from benchmarks.stack import LANES, Up, a_stack
from tests.support.images import SHELL, ensure

_COMMAND = ["true"]
_JOB = (
    b'{"name": "one container", "tasks": [{"name": "only", "image": "%b", "cmd": ["true"]}]}'
    % SHELL.encode()
)
_RATIO, _OVERHEAD = 0.9, 60


def measure(scale: Scale) -> list[Figure]:
    """Turn by turn: whatever else the machine is doing falls on both alike."""
    with APIClient(version="auto", max_pool_size=LANES) as docker, a_stack("docker") as up:
        ensure(docker, SHELL)
        finish(up, [_JOB] * LANES)
        many = scale.containers
        rates = [
            (many / _timed(lambda: _raw(docker, many)), many / _timed(lambda: _ours(up, many)))
            for _ in range(scale.rounds)
        ]
        single = [
            (_timed(lambda: _one(docker)), _timed(lambda: follow(up, _JOB)))
            for _ in range(scale.containers // 2)
        ]
    return [_throughput(rates), _overhead(single)]


def _throughput(rates: list[tuple[float, float]]) -> Figure:
    raw, ours = sorted(rates, key=lambda pair: pair[1] / pair[0])[len(rates) // 2]
    return Figure(
        name="container.rate",
        ours=ours,
        unit="jobs/s",
        floor=raw,
        floor_is=f"create, start, wait and remove of the same container by {LANES} threads",
        goal=Goal("ratio", "≥", _RATIO),
    )


def _overhead(single: list[tuple[float, float]]) -> Figure:
    raw, ours = (median(times) * 1000 for times in zip(*single, strict=True))
    return Figure(
        name="container.overhead",
        ours=ours - raw,
        unit="ms",
        floor=raw,
        floor_is="create, start, wait and remove of one container; what POST to done takes more",
        goal=Goal("ours", "≤", _OVERHEAD),
    )


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _raw(docker: APIClient, containers: int) -> None:
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lambda _: _one(docker), range(containers)))


def _one(docker: APIClient) -> None:
    id = docker.create_container(SHELL, command=_COMMAND)["Id"]
    docker.start(id)
    docker.wait(id)
    docker.remove_container(id)


def _ours(up: Up, jobs: int) -> None:
    finish(up, [_JOB] * jobs, look=0.1)
