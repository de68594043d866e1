"""Cortex's own flow, and all that follows from it, on real containers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import requests

from tests.e2e.conftest import serving_containers
from tests.runtime.lab import docker_client
from tests.support.cortex_calls import HEADERS, PATIENCE, Api, an_api, batches, shell
from tests.support.waiting import until
from tests.support.websockets import heard

pytestmark = [pytest.mark.e2e, pytest.mark.docker]


@pytest.fixture(scope="module")
def address(directories: Path) -> Iterator[str]:
    with serving_containers(directories, "cortex") as at:
        yield f"{at}/cortex"


def test_the_flow_of_cortexs_own_tests(address: str) -> None:
    """Deploy, ask with an empty body until that is refused, submit, wait, delete."""
    api = Api(address, an_api("flow", shell("echo done")))
    assert requests.post(api.endpoint, data=b"", timeout=10).status_code == 400

    job = api.ended(api.submit())

    assert job["status"] == "succeeded"
    assert job["end_time"] >= job["start_time"]
    gone = requests.delete(f"{address}/delete/flow", headers=HEADERS, timeout=10)
    assert gone.json() == {"message": "deleting flow"}


@pytest.mark.parametrize(
    ("name", "container", "body", "status"),
    [
        ("fails", shell("exit 3"), {}, "worker_error"),
        (
            "hungry",
            shell("a=x; while :; do a=$a$a; done", compute={"mem": "32Mi"}),
            {},
            "worker_oom",
        ),
        ("late", shell("sleep 600"), {"timeout": 2}, "timed_out"),
        ("at-once", shell("sleep 600"), {"timeout": 0}, "timed_out"),
        (
            "silent",
            shell("sleep 600", liveness_probe={"tcp_socket": {"port": 9000}, "period_seconds": 1}),
            {},
            "worker_error",
        ),
        ("no-command", {**shell(""), "command": ["/no/such"]}, {}, "worker_error"),
        (
            "no-image",
            {**shell("true"), "image": "localhost:1/no/such:image"},
            {},
            "unexpected_error",
        ),
    ],
)
def test_each_way_to_end_is_told_as_it_was(
    address: str, name: str, container: dict[str, Any], body: dict[str, Any], status: str
) -> None:
    api = Api(address, an_api(name, container))

    job = api.ended(api.submit(**body))

    assert job["status"] == status
    assert "end_time" in job


def test_a_stopped_job_leaves_no_container_behind(address: str) -> None:
    api = Api(address, an_api("stopped", shell("echo up; sleep 600")))
    id = api.submit()
    until(lambda: "up" in api.log(id), PATIENCE)

    answer = requests.delete(f"{api.endpoint}/{id}", headers=HEADERS, timeout=10)

    assert answer.json() == {"message": f"stopped job {id}"}
    assert api.job(id)["status"] == "stopped"
    until(lambda: _containers_named("stopped") == [], PATIENCE)
    assert api.job(id)["status"] == "stopped"


def test_containers_share_localhost_and_mnt_and_end_with_the_first(address: str) -> None:
    serves = "mkdir /mnt/w; echo hello > /mnt/w/a; exec httpd -f -p 9000 -h /mnt/w"
    reads = "until wget -q -O - http://localhost:9000/a; do sleep 0.1; done; cat /mnt/w/a"
    api = Api(address, an_api("pair", shell(reads), shell(serves, "server")))

    id = api.submit()

    assert api.ended(id)["status"] == "succeeded"
    assert api.log(id) == "hello\nhello\n"


SERVING = r"""
mkdir -p /tmp/w/cgi-bin
cat > /tmp/w/cgi-bin/index.cgi <<'END'
#!/bin/sh
body=$(cat)
echo "$HTTP_X_CORTEX_JOB_ID got $body" >&2
case $body in *bad*) echo Status: 500 No;; esac
case $body in *hungry*) a=x; while :; do a=$a$a; done;; esac
echo
END
chmod 755 /tmp/w/cgi-bin/index.cgi
exec httpd -f -p $CORTEX_PORT -h /tmp/w
"""


def test_batches_are_sent_to_servers_and_refusals_are_counted(address: str) -> None:
    api = Api(address, {**an_api("serving", shell(SERVING)), "kind": "BatchAPI"})

    id = api.submit(**batches("one", "bad", "two"))

    assert api.ended(id)["status"] == "completed_with_failures"
    shown = requests.get(f"{api.endpoint}/{id}", headers=HEADERS, timeout=10).json()
    assert (shown["metrics"]["succeeded"], shown["metrics"]["failed"]) == (2, 1)
    assert shown["metrics"]["average_time_per_batch"] > 0
    assert {f'{id} got ["{item}"]' for item in ("one", "bad", "two")} <= set(
        api.log(id).splitlines()
    )


@pytest.mark.parametrize(
    ("name", "container", "body", "status"),
    [
        ("fed", shell(SERVING), batches("one"), "succeeded"),
        ("quits", shell("exit 0"), batches("one"), "worker_error"),
        (
            "devours",
            shell("a=x; while :; do a=$a$a; done", compute={"mem": "32Mi"}),
            batches("one", "two", "three"),
            "worker_oom",
        ),
        ("deaf", shell("sleep 600"), batches("one", timeout=2), "timed_out"),
    ],
)
def test_each_way_a_batch_job_ends_is_told_as_it_was(
    address: str, name: str, container: dict[str, Any], body: dict[str, Any], status: str
) -> None:
    api = Api(address, {**an_api(name, container), "kind": "BatchAPI"})

    id = api.submit(**body)

    assert api.ended(id)["status"] == status
    until(lambda: _containers_named(name) == [], PATIENCE)


@pytest.mark.parametrize("path", ["streamlogs", "logs"])
def test_a_log_is_followed_over_a_websocket(address: str, path: str) -> None:
    said = '{"message": "in words", "exc_info": "Trace", "level": "info"}'
    api = Api(address, an_api(f"follow-{path}", shell(f"echo plain; sleep 1; echo '{said}'")))
    id = api.submit()

    found = heard(f"{address}/{path}/{api.name}?jobID={id}".replace("http://", "ws://"))

    assert (found.status, found.closed) == (101, True)
    assert found.text.endswith("plain\nin words\nTrace\n")
    assert api.log(id) == f"plain\n{said}\n"


def test_a_websocket_without_a_job_is_refused_before_it_is_one(address: str) -> None:
    api = Api(address, an_api("unfollowed", shell("true")))

    found = heard(f"{address}/streamlogs/{api.name}".replace("http://", "ws://"))

    assert found.status == 400
    assert json.loads(found.body)["kind"] == "endpoints.logs_job_id_required"


def test_what_has_ended_is_told_to_a_scrape(address: str) -> None:
    api = Api(address, an_api("scraped", shell("true")))

    assert api.ended(api.submit())["status"] == "succeeded"

    figures = f"{address.removesuffix('/cortex')}/-/metrics"
    expected = 'cortex_task_succeeded{api_name="scraped"} 1.0'
    until(lambda: expected in requests.get(figures, timeout=10).text, PATIENCE)


def test_a_job_finds_its_spec_and_its_variables(address: str) -> None:
    script = "cat /cortex/spec/job.json; echo; echo $GREETING $1"
    container = {**shell(script), "args": ["x", "$(GREETING)"], "env": {"GREETING": "{{ hi }}"}}
    api = Api(address, an_api("told", container))

    id = api.submit(config={"a": {"b": 1}}, timeout=60)

    assert api.ended(id)["status"] == "succeeded"
    document, end = json.JSONDecoder().raw_decode(api.log(id))
    assert document["job_id"] == id
    assert (document["config"], document["timeout"]) == ({"a": {"b": 1}}, 60)
    assert api.log(id)[end:].strip() == "{{ hi }} {{ hi }}"


def _containers_named(job: str) -> list[str]:
    with docker_client() as client:
        found = client.containers(filters={"label": "windlass.attempt"})
        return [each["Id"] for each in found if _is_of(client, each["Id"], job)]


def _is_of(client: docker.APIClient, id: str, job: str) -> bool:
    try:
        inspected = client.inspect_container(id)
    except docker.errors.NotFound:
        return False
    return f'"job_name":"{job}"' in inspected["Config"]["Labels"].get("windlass.order", "")
