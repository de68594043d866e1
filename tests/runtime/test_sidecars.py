"""Containers beside the task's own, and the volumes its steps share. Docker only."""

from collections.abc import Sequence

import docker
import msgspec
import pytest

from tests.runtime.lab import Lab, finished, order, refusal
from tests.runtime.stepping import (
    begin,
    killed_once_it_says,
    shell,
    step,
    the_only,
    waited,
)
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Mount, Probe, Sidecar
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import RuntimeBroken, Unrunnable

SERVE = "mkdir -p /tmp/w; echo hello > /tmp/w/index.html; exec httpd -f -p 8000 -h /tmp/w"

pytestmark = pytest.mark.docker


def beside(asked: RunAttempt, *sidecars: Sidecar) -> RunAttempt:
    return msgspec.structs.replace(asked, sidecars=sidecars)


def web(probe: Probe | None, run: str = SERVE) -> Sidecar:
    return Sidecar(name="My Web", container=shell(run), probe=probe)


def left(api: docker.APIClient, lab: Lab) -> Sequence[object]:
    """Of attempts."""
    ours = {"label": [f"windlass.node={lab.config.node}"]}
    networks = [one for one in api.networks(filters=ours) if "windlass.attempt" in one["Labels"]]
    volumes = api.volumes(filters=ours)["Volumes"] or []
    return [*api.containers(all=True, filters=ours), *volumes, *networks]


def test_a_task_reaches_what_runs_beside_it_by_its_name(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    ready = Probe(path="/", port=8000, timeout=20.0)
    asked = beside(order("wget -q -O - http://my-web:8000/"), web(ready))

    run = waited(begin(docker_lab, asked))

    outcome = finished(run)
    assert (outcome.exit.code, outcome.out) == (0, b"hello\n")
    run.remove()
    assert left(docker_api, docker_lab) == []


def test_what_runs_beside_the_task_ends_with_it_and_is_in_its_log(docker_lab: Lab) -> None:
    asked = beside(order("sleep 0.5; echo task"), web(None, "echo beside; sleep 600"))

    outcome = finished(waited(begin(docker_lab, asked)))

    assert outcome.out == b"task\nbeside\n"


def test_a_probe_that_is_never_answered_fails_the_task_before_it_runs(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    asked = beside(order("echo task"), web(Probe(path="/", port=8000, timeout=1.0), "sleep 600"))
    run = begin(docker_lab, asked)

    with pytest.raises(Unrunnable) as caught:
        run.wait()

    assert caught.value.reason is Reason.SETUP
    assert str(caught.value).startswith("error starting sidecar container: error waiting for ")
    assert str(caught.value).endswith(" to be ready: probe timed out after 1s")
    run.remove()
    assert left(docker_api, docker_lab) == []


def test_steps_and_task_share_a_volume_that_goes_with_the_attempt(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    volume = Mount(kind="volume", target="/data")
    asked = msgspec.structs.replace(
        order("cat /data/a; echo two > /data/b", mounts=(volume,)),
        pre=(step("a", "echo one > /data/a"),),
        post=(step("c", "cat /data/b"),),
    )

    run = waited(begin(docker_lab, asked))

    assert finished(run).out == b"one\ntwo\n"
    run.remove()
    assert left(docker_api, docker_lab) == []


def test_a_worker_killed_with_a_sidecar_running_leaves_it_to_the_next(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    asked = beside(order("echo up; sleep 1; wget -q -O - http://my-web:8000/"), web(None))
    killed_once_it_says(docker_lab, asked, b"up")

    adopted = the_only(docker_lab)

    outcome = finished(waited(adopted.run))
    assert (outcome.exit.code, outcome.out) == (0, b"up\nhello\n")
    adopted.run.remove()
    assert left(docker_api, docker_lab) == []


def test_with_all_containers_gone_nothing_is_run_a_second_time(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    asked = msgspec.structs.replace(order("echo up; sleep 600"), pre=(step("a", "echo before"),))
    killed_once_it_says(docker_lab, asked, b"up")
    ours = {"label": [f"windlass.attempt={asked.attempt_id}"]}
    for one in docker_api.containers(all=True, filters=ours):
        docker_api.remove_container(one["Id"], force=True)

    adopted = the_only(docker_lab)

    with pytest.raises(RuntimeBroken, match="removed by somebody else"):
        adopted.run.wait()
    adopted.run.remove()


def test_what_nobody_wants_is_swept_with_its_network_and_volume(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    volume = Mount(kind="volume", target="/data")
    killed_once_it_says(
        docker_lab, beside(order("echo up; sleep 600", mounts=(volume,)), web(None)), b"up"
    )

    docker_lab.restarted().sweep(set())

    assert left(docker_api, docker_lab) == []


def test_a_volume_may_not_be_a_door_to_the_node(docker_lab: Lab) -> None:
    options = {"type": "none", "o": "bind", "device": "/"}
    mount = Mount(kind="volume", target="/data", options=options)

    assert refusal(docker_lab, mounts=(mount,)).reason is Reason.REJECTED


def test_a_process_has_nothing_beside_it(process_lab: Lab) -> None:
    with pytest.raises(Unrunnable, match="sidecars: this node runs plain processes"):
        begin(process_lab, beside(order("true"), web(None)))
