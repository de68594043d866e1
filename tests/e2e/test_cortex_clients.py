"""The unmodified Python clients of Cortex."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.conftest import serving, serving_containers
from tests.support.cortex_calls import PATIENCE, an_api, batches, shell
from tests.support.cortex_clients import VERSIONS, CortexClient, a_client
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.docker]


@pytest.fixture(scope="module")
def address(directories: Path) -> Iterator[str]:
    with serving_containers(directories, "cortex-clients") as at:
        yield f"{at}/cortex"


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
    with serving(directories, "cortex-programs") as server:
        address = f"{server}/cortex"
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
