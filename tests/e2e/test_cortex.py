"""Cortex's own flow on real containers, and its unmodified Python clients."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import requests
import yaml

from tests.e2e.command import Windlass
from tests.e2e.conftest import clean_environment
from tests.runtime.lab import docker_client
from tests.support import images
from tests.support.cortex_clients import VERSIONS, CortexClient, a_client
from tests.support.waiting import until
from tests.support.websockets import heard

pytestmark = [pytest.mark.e2e, pytest.mark.docker]

HEADERS = {"CortexAPIVersion": "0.42.1"}
FINAL = {
    "succeeded",
    "completed_with_failures",
    "worker_error",
    "worker_oom",
    "timed_out",
    "stopped",
    "unexpected_error",
}
PATIENCE = 40.0


@pytest.fixture(scope="module")
def address(directories: Path) -> Iterator[str]:
    with docker_client() as client:
        images.ensure_all(client)
    data = directories / "cortex"
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", "docker")
    yield str(json.loads((data / "stack.json").read_text())["server"]) + "/cortex"
    up.end()
    assert command.left_running() == []


def shell(script: str, name: str = "main", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": images.SHELL, "command": ["sh", "-c", script], **fields}


def an_api(name: str, *containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": name, "kind": "TaskAPI", "pod": {"containers": list(containers)}, **fields}


class Api:
    """One that is deployed, as a caller of its endpoint sees it."""

    def __init__(self, address: str, definition: dict[str, Any]) -> None:
        self.address = address
        self.name = definition["name"]
        file = {"config": ("config", yaml.safe_dump([definition]), "application/octet-stream")}
        answer = requests.post(
            f"{address}/deploy?configFileName=cortex.yaml&force=false",
            files=file,
            headers=HEADERS,
            timeout=10,
        )
        (result,) = answer.json()
        assert not result["error"], result
        self.endpoint = result["api"]["endpoint"]

    def submit(self, **body: Any) -> str:
        answer = requests.post(self.endpoint, json=body, headers=HEADERS, timeout=10)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["job_id"])

    def job(self, id: str) -> Any:
        answer = requests.get(f"{self.endpoint}?jobID={id}", headers=HEADERS, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["job_status"]

    def ended(self, id: str) -> Any:
        until(lambda: self.job(id)["status"] in FINAL, PATIENCE)
        return self.job(id)

    def log(self, id: str) -> str:
        query = f"{self.address}/logs/{self.name}?jobID={id}"
        at = requests.get(query, headers=HEADERS, timeout=10).json()["log_url"]
        return requests.get(at, timeout=10).text


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


def batches(*items: str, **fields: Any) -> dict[str, Any]:
    return {"workers": 2, "item_list": {"items": list(items), "batch_size": 1}, **fields}


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


@pytest.fixture(params=VERSIONS)
def client(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> CortexClient:
    return a_client(request.param, address, tmp_path / "configuration")


def deployed_by(client: CortexClient, tmp_path: Path, definition: dict[str, Any]) -> Any:
    """The result, as the client gives it."""
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    call = "client.deploy(json.loads(sys.argv[1]), force=False)"
    if client.version.startswith("0.27."):
        call = "client.create_api(json.loads(sys.argv[1]), project_dir=sys.argv[2], force=False)"
    program = f"print(json.dumps({call}))"
    return client.said(program, json.dumps(definition), str(project))


def test_a_python_client_deploys_looks_stops_and_deletes(
    client: CortexClient, address: str, tmp_path: Path
) -> None:
    name = f"client-{client.version.replace('.', '-')}"
    result = deployed_by(client, tmp_path, an_api(name, shell("sleep 600")))
    assert result["message"] == f"created {name} (TaskAPI)"
    id = requests.post(result["api"]["endpoint"], json={}, timeout=10).json()["job_id"]
    prefix = "status_" if client.version.startswith("0.27.") else ""

    listed = client.said("print(json.dumps(client.list_apis()))")
    shown = client.said("print(json.dumps(client.get_api(sys.argv[1])))", name)
    job = client.said("print(json.dumps(client.get_job(*sys.argv[1:])))", name, id)
    stopped = client.run("client.stop_job(*sys.argv[1:])", name, id)
    after = client.said("print(json.dumps(client.get_job(*sys.argv[1:])))", name, id)
    again = client.run("client.stop_job(*sys.argv[1:])", name, id)
    refreshed = client.run("client.refresh(sys.argv[1])", name)
    gone = "client.delete_api(sys.argv[1])" if prefix else "client.delete(sys.argv[1])"
    deleted = client.run(gone, name)
    missing = client.run("client.get_api(sys.argv[1])", name)

    assert name in [each["spec"]["name"] for each in listed]
    assert shown["task_job_statuses"][0]["job_id"] == id
    assert job["job_status"]["status"] == f"{prefix}running"
    assert f"stopped job {id}" in stopped.stdout
    assert after["job_status"]["status"] == f"{prefix}stopped"
    assert "cannot stop TaskAPI job because it is not in progress" in again.stderr
    assert "this operation is only allowed for RealtimeAPI or AsyncAPI" in refreshed.stderr
    assert deleted.returncode == 0, deleted.stderr
    assert f"{name} is not deployed" in missing.stderr


def test_a_python_client_sees_and_stops_batch_jobs(
    client: CortexClient, address: str, tmp_path: Path
) -> None:
    name = f"batches-{client.version.replace('.', '-')}"
    api = {**an_api(name, shell("sleep 600")), "kind": "BatchAPI"}
    endpoint = deployed_by(client, tmp_path, api)["api"]["endpoint"]
    id = requests.post(endpoint, json=batches("one"), timeout=10).json()["job_id"]
    prefix = "status_" if client.version.startswith("0.27.") else ""

    shown = client.said("print(json.dumps(client.get_api(sys.argv[1])))", name)
    job = client.said("print(json.dumps(client.get_job(*sys.argv[1:])))", name, id)
    stopped = client.run("client.stop_job(*sys.argv[1:])", name, id)
    after = client.said("print(json.dumps(client.get_job(*sys.argv[1:])))", name, id)

    assert shown["batch_job_statuses"][0]["job_id"] == id
    assert job["job_status"]["total_batch_count"] == 1
    assert f"stopped job {id}" in stopped.stdout
    assert after["job_status"]["status"] == f"{prefix}stopped"


def test_a_program_of_an_old_client_runs_on_a_node_without_images(
    directories: Path, tmp_path: Path
) -> None:
    data = directories / "cortex-programs"
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", "process")
    address = str(json.loads((data / "stack.json").read_text())["server"]) + "/cortex"
    client = a_client("0.27.0", address, tmp_path / "configuration")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "main.py").write_text(
        "class Task:\n    def __call__(self, config):\n        print('told', config)\n"
    )
    definition = {"path": "main.py", "config": {"a": 1}}

    result = deployed_by(
        client, tmp_path, {"name": "program", "kind": "TaskAPI", "definition": definition}
    )
    at = result["api"]["endpoint"]
    id = requests.post(at, json={"config": {"b": 2}}, timeout=10).json()["job_id"]

    def job() -> Any:
        return requests.get(f"{at}/{id}", timeout=10).json()["job_status"]

    until(lambda: job()["status"] != "status_running", PATIENCE)
    ended = job()
    log = requests.get(f"{address}/logs/program/text?jobID={id}", timeout=10).text
    up.end()
    assert (ended["status"], log) == ("status_succeeded", "told {'a': 1, 'b': 2}\n")


def test_a_python_client_hears_what_is_wrong_with_an_api(
    client: CortexClient, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    call = "client.deploy(json.loads(sys.argv[1]))"
    if client.version.startswith("0.27."):
        call = "client.create_api(json.loads(sys.argv[1]), project_dir=sys.argv[2])"

    done = client.run(call, json.dumps(an_api("b-wrong", shell("true"))), str(project))

    assert done.returncode != 0
    assert 'name: "b-wrong" cannot start with "b-"' in done.stderr


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
