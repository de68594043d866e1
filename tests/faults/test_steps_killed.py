"""A worker killed before, during and after the task's own container."""

from collections.abc import Iterator
from contextlib import closing

import docker
import msgspec
import pytest

from tests.runtime.lab import docker_client
from tests.support import images
from tests.support.engine_side import EngineSide
from tests.support.orders import an_order
from tests.support.waiting import until
from tests.support.workers import Workers, engine, workers
from windlass.shared.lease import Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container, Sidecar, Step
from windlass.shared.states import Reason

__all__ = ["engine", "workers"]
pytestmark = [pytest.mark.redis, pytest.mark.docker]


@pytest.fixture
def api() -> Iterator[docker.APIClient]:
    with closing(docker_client()) as client:
        images.ensure_all(client)
        yield client


def shell(run: str) -> Container:
    return Container(run=run, image=images.SHELL, pull="never", grace=0.0)


def of_three(pause: float) -> RunAttempt:
    return msgspec.structs.replace(
        an_order(shell(f"echo during; sleep {pause}")),
        pre=(Step(name="a", container=shell(f"echo before; sleep {pause}")),),
        post=(Step(name="c", container=shell(f"echo after; sleep {pause}")),),
        sidecars=(Sidecar(name="side", container=shell("sleep 600")),),
    )


def left(api: docker.APIClient, order: RunAttempt) -> list[object]:
    """Of it, on this machine."""
    ours = {"label": [f"windlass.attempt={order.attempt_id}"]}
    volumes = api.volumes(filters=ours)["Volumes"] or []
    return [*api.containers(all=True, filters=ours), *volumes, *api.networks(filters=ours)]


@pytest.mark.parametrize("mark", ["before", "during", "after"])
def test_the_next_worker_goes_on_and_leaves_nothing(
    engine: EngineSide, workers: Workers, api: docker.APIClient, mark: str
) -> None:
    order = of_three(pause=1.5)
    worker = workers(runtime="docker").start()
    engine.send(order)
    until(lambda: engine.log(order).endswith(f"{mark}\n".encode()))

    worker.kill()
    worker.start()

    until(lambda: engine.finished(order))
    end = engine.finished(order)
    assert end is not None
    assert (end.reason, engine.log(order)) == (None, b"before\nduring\nafter\n")
    engine.judge(order, Verdict.SETTLED)
    until(lambda: left(api, order) == [])


@pytest.mark.parametrize("mark", ["before", "during", "after"])
def test_a_cancel_leaves_nothing_whenever_it_comes(
    engine: EngineSide, workers: Workers, api: docker.APIClient, mark: str
) -> None:
    order = _slow_at(of_three(pause=0), mark)
    workers(runtime="docker").start()
    engine.send(order)
    until(lambda: engine.log(order).endswith(f"{mark}\n".encode()))

    engine.judge(order, Verdict.CANCEL)

    until(lambda: engine.finished(order))
    end = engine.finished(order)
    assert end is not None
    assert end.reason is Reason.CANCELLED
    engine.judge(order, Verdict.SETTLED)
    until(lambda: left(api, order) == [])


def _slow_at(order: RunAttempt, mark: str) -> RunAttempt:
    """Lasts long once it has said ``mark``, and is quick before."""

    def paced(container: Container) -> Container:
        run = container.run or ""
        pause = 600 if mark in run else 0
        return msgspec.structs.replace(container, run=f"{run.partition(';')[0]}; sleep {pause}")

    return msgspec.structs.replace(
        order,
        container=paced(order.container),
        pre=tuple(msgspec.structs.replace(s, container=paced(s.container)) for s in order.pre),
        post=tuple(msgspec.structs.replace(s, container=paced(s.container)) for s in order.post),
    )


def test_the_timeout_covers_the_steps(
    engine: EngineSide, workers: Workers, api: docker.APIClient
) -> None:
    slow = of_three(pause=600)
    limited = msgspec.structs.replace(slow.container, timeout=1.5)
    order = msgspec.structs.replace(slow, container=limited)
    workers(runtime="docker").start()

    engine.send(order)

    until(lambda: engine.finished(order))
    end = engine.finished(order)
    assert end is not None
    assert end.reason is Reason.TIMEOUT
    engine.judge(order, Verdict.SETTLED)
    until(lambda: left(api, order) == [])
