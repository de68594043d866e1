"""docker-compose.yml as an operator meets it: one stack, and a story that its tests tell.

In order, and in one process: each test finds the stack as the one before left it.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from docker.models.containers import Container

from tests.runtime.lab import docker_client
from tests.support import images
from tests.support.cluster import Api, Cluster
from tests.support.debian import stand_ins
from tests.support.waiting import until

pytestmark = [
    pytest.mark.docker,
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

NOTICED = 60.0  # seconds until a silent node's attempts run elsewhere
USER = "7070"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Up, at first with one replica of each; nothing may be left of it at the end."""
    with closing(docker_client()) as client:
        images.ensure(client, images.SHELL)
    cluster = Cluster.named(stand_ins(sys.executable))
    with closing(cluster.docker):
        try:
            cluster.up()
            yield cluster
        finally:
            cluster.down()
        assert cluster.leftovers() == []


@pytest.fixture(scope="module")
def api(cluster: Cluster) -> Api:
    return Api(cluster.url, cluster.token())


def job(name: str, script: str, tasks: int = 1) -> Mapping[str, object]:
    step = {"image": images.SHELL, "run": script, "needs": []}
    return {"name": name, "tasks": [{**step, "name": f"step-{n}"} for n in range(tasks)]}


def state(api: Api, id: str) -> str:
    return str(api.get(f"/jobs/{id}")["state"])


def is_completed(api: Api, id: str) -> bool:
    return state(api, id) == "completed"


def attempts(api: Api, id: str) -> list[Mapping[str, Any]]:
    """Of all its tasks, oldest first."""
    tasks = api.get(f"/jobs/{id}/tasks")["items"]
    found = [each for task in tasks for each in api.get(f"/tasks/{task['id']}/attempts")["items"]]
    return sorted(found, key=lambda each: each["id"])


def running_on(api: Api, id: str) -> list[str]:
    return [each["node"] for each in attempts(api, id) if each["state"] == "running"]


def worker_of(cluster: Cluster, api: Api, node: str) -> Container:
    host = api.nodes()[node]["hostname"]
    (found,) = [each for each in cluster.containers("worker") if str(each.id).startswith(host)]
    return found


def test_one_command_brings_up_a_stack_in_which_everything_is_healthy(cluster: Cluster) -> None:
    services = {each.labels["com.docker.compose.service"] for each in cluster.containers()}

    assert services == {"coordinator", "gateway", "postgres", "redis", "secrets", "worker"}
    assert cluster.is_healthy()


def test_only_the_gateway_is_published_and_only_to_this_machine(cluster: Cluster) -> None:
    published = {
        binding["HostIp"]
        for container in cluster.containers()
        for bindings in container.ports.values()
        for binding in bindings or []
    }

    assert published == {"127.0.0.1"}


def test_nobody_gets_in_without_the_token_that_was_made_for_this_stack(cluster: Cluster) -> None:
    answer = requests.get(f"{cluster.url}/windlass/v1/jobs", timeout=10)

    assert answer.status_code == 401


def test_coordinator_and_worker_run_without_root_and_without_privileges(cluster: Cluster) -> None:
    for service in ("coordinator", "worker"):
        (container,) = cluster.containers(service)
        listed = container.top(ps_args="-eo pid,uid,args")["Processes"]
        ours = {pid: uid for pid, uid, arguments in listed if "python" in arguments}

        assert set(ours.values()) == {USER}
        for pid in ours:
            assert "CapEff:\t0000000000000000" in Path("/proc", pid, "status").read_text()


def test_the_worker_image_holds_nothing_of_the_coordinator(cluster: Cluster) -> None:
    script = (
        "from importlib.util import find_spec\n"
        "import windlass.worker.main\n"
        "names = 'flask', 'flask_smorest', 'psycopg2', 'sqlalchemy', 'yoyo', 'gunicorn', 'pip'\n"
        "print([name for name in names if find_spec(name)])\n"
    )

    (worker,) = cluster.containers("worker")

    assert worker.exec_run(["python", "-c", script]).output == b"[]\n"


def test_a_worker_in_a_container_calls_the_containers_it_runs(cluster: Cluster, api: Api) -> None:
    serve = "mkdir -p /tmp/w; echo > /tmp/w/index.html; exec httpd -f -p 9000 -h /tmp/w"
    task = {"name": "web", "image": images.SHELL, "run": serve, "needs": []}
    errand = {"port": 9000, "path": "/index.html", "tolerant": True}
    probed = {"name": "beside", "image": images.SHELL, "run": serve}
    ready = {**probed, "probe": {"path": "/index.html", "port": 9000, "timeout": "20s"}}

    called = api.submit({"name": "called", "tasks": [{**task, "errand": errand}]})
    alone = {**task, "run": "true", "sidecars": [ready]}
    waited = api.submit({"name": "waited", "tasks": [alone]})

    until(partial(is_completed, api, called), 60)
    until(partial(is_completed, api, waited), 60)
    (output,) = [task["output"] for task in api.get(f"/jobs/{called}/tasks")["items"]]
    assert '"status":' in output


def test_a_job_handed_in_with_curl_streams_its_log_while_it_runs(
    cluster: Cluster, api: Api
) -> None:
    id = api.submit(job("talks", "echo first; while [ ! -e /tmp/go ]; do sleep 0.1; done"))
    follower = api.follow(id)
    assert follower.stdout is not None

    with follower.stdout as lines:
        seen = next(line for line in lines if "first" in line)
        still_running = state(api, id)
        (container,) = cluster.tasks(id)
        container.exec_run(["touch", "/tmp/go"])
        rest = list(lines)

    assert '"lines":["first"]' in seen
    assert still_running == "running"
    assert "event: end\n" in rest
    assert follower.wait(10) == 0


def test_replicas_share_the_port_and_nodes_have_names_of_their_own(
    cluster: Cluster, api: Api
) -> None:
    cluster.up("--scale", "worker=3", "--scale", "coordinator=2")
    until(lambda: len(api.states()) == 3, timeout=90)

    assert api.states() == {cluster.node(number): "active" for number in (1, 2, 3)}
    assert len(cluster.containers("coordinator")) == 2


def test_the_port_answers_while_one_of_two_coordinators_is_away(cluster: Cluster, api: Api) -> None:
    one, other = cluster.containers("coordinator")
    for away in (one, other):
        away.kill()
        until(lambda: api.get("/system")["parts"]["postgres"] == "ok", timeout=60)
        id = api.submit(job("meanwhile", "echo ok"))
        until(partial(is_completed, api, id), timeout=90)
        away.start()
        until(cluster.is_healthy, timeout=180)


def test_nodes_tell_what_they_run_and_when_they_were_heard_of(cluster: Cluster, api: Api) -> None:
    id = api.submit(job("busy", "sleep 60"))
    until(lambda: running_on(api, id), timeout=60)
    (node,) = running_on(api, id)
    (attempt,) = attempts(api, id)

    until(lambda: api.nodes()[node]["attempts"] == [attempt["id"]], timeout=30)
    first = api.nodes()[node]["seen_at"]
    until(lambda: api.nodes()[node]["seen_at"] > first, timeout=30)

    assert node in cluster.windlass("node", "ls")
    cluster.windlass("cancel", id)
    until(lambda: state(api, id) == "cancelled", timeout=90)


def test_a_drained_node_finishes_what_it_runs_and_takes_no_more(cluster: Cluster, api: Api) -> None:
    first = api.submit(job("before", "while [ ! -e /tmp/go ]; do sleep 0.1; done"))
    until(lambda: running_on(api, first), timeout=60)
    (drained,) = running_on(api, first)

    cluster.windlass("node", "drain", drained)
    until(lambda: api.states()[drained] == "draining", timeout=30)
    later = api.submit(job("after", "echo hello", tasks=12))
    until(lambda: state(api, later) == "completed", timeout=180)
    (container,) = cluster.tasks(first)
    container.exec_run(["touch", "/tmp/go"])
    until(lambda: state(api, first) == "completed", timeout=60)

    assert drained not in {each["node"] for each in attempts(api, later)}
    assert len(attempts(api, first)) == 1
    until(lambda: api.states()[drained] == "drained", timeout=30)
    cluster.windlass("node", "resume", drained)
    until(lambda: api.states()[drained] == "active", timeout=30)


def test_the_attempts_of_a_killed_worker_run_elsewhere_and_nothing_of_them_stays(
    cluster: Cluster, api: Api
) -> None:
    id = api.submit(job("moved", "sleep 3; [ -e /tmp/never ] || sleep 600"))
    until(lambda: running_on(api, id), timeout=60)
    (lost,) = running_on(api, id)
    worker = worker_of(cluster, api, lost)

    worker.kill()
    until(lambda: api.states()[lost] == "silent", timeout=NOTICED)
    until(lambda: running_on(api, id) not in ([], [lost]), timeout=NOTICED)
    worker.start()
    until(lambda: api.states()[lost] == "active", timeout=90)
    until(lambda: len(cluster.tasks(id)) == 1, timeout=90)

    assert [each["state"] for each in attempts(api, id)] == ["lost", "running"]
    cluster.windlass("cancel", id)
    until(lambda: not cluster.tasks(id), timeout=90)


def test_new_workers_go_on_with_what_the_old_ones_ran(cluster: Cluster, api: Api) -> None:
    id = api.submit(job("outlives", "while [ ! -e /tmp/go ]; do sleep 0.1; done", tasks=3))
    until(lambda: len(running_on(api, id)) == 3, timeout=90)

    cluster.compose(
        "up", "-d", "--force-recreate", "--no-deps", "-t", "1", "--scale", "worker=3", "worker"
    )
    until(cluster.is_healthy, timeout=180)
    for container in cluster.tasks(id):
        container.exec_run(["touch", "/tmp/go"])
    until(lambda: state(api, id) == "completed", timeout=90)

    assert [each["number"] for each in attempts(api, id)] == [1, 1, 1]


def test_workers_that_are_not_wanted_any_more_leave_in_order(cluster: Cluster, api: Api) -> None:
    cluster.up("--scale", "worker=1", "--scale", "coordinator=1")
    until(lambda: sorted(api.states().values()) == ["active", "left", "left"], timeout=90)

    assert len(cluster.containers("worker")) == 1
    assert len(cluster.networks()) <= 1
