"""openYuanrong's own shapes."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.fleet import Fleet
from tests.support.http import Client
from windlass.coordinator.store.db import Database, Row

JOBS = "/yr/api/jobs"
ID = "app-fe4ee1e5-d24f-4236-be15-7654e3c2229b"
METADATA = {"autoscenes_ids": "auto_1-test", "task_type": "task_1", "ttl": "1250"}
ASKED = {
    "entrypoint": "python script_yr_sleep.py",
    "submission_id": ID,
    "metadata": METADATA,
    "runtime_env": {
        "working_dir": "file:///home/disk/tk/file.zip",
        "env_vars": {"DEPLOY_REGION": "suzhou_std", "SOURCE_REGION": "suzhou_std"},
        "pip": ["numpy==1.24", "scipy==1.11.0"],
    },
}


def tasks(db: Database) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all("SELECT queue, spec FROM task ORDER BY id")


def submit(client: Client, **fields: Any) -> str:
    given = {"entrypoint": "true", "runtime_env": {"working_dir": "/a.zip"}, **fields}
    response = client.post(JOBS, json=given)
    assert response.status_code == 200, response.text
    return str(response.json["submission_id"])


def test_a_job_is_shown_as_openyuanrong_documents_it(client: Client, fleet: Fleet) -> None:
    assert client.post(JOBS, json=ASKED).json == {"submission_id": ID}
    fleet.run()

    shown = client.get(f"{JOBS}/{ID}").json

    assert shown.pop("start_time").isdigit()
    assert shown.pop("end_time").isdigit()
    node = shown.pop("driver_node_id")
    assert shown == {
        "type": "SUBMISSION",
        "entrypoint": "python script_yr_sleep.py",
        "submission_id": ID,
        "driver_info": {"id": ID, "node_ip_address": node, "pid": ""},
        "status": "SUCCEEDED",
        "metadata": METADATA,
        "runtime_env": {
            "envVars": '{"DEPLOY_REGION":"suzhou_std","SOURCE_REGION":"suzhou_std"}',
            "pip": "pip3.9 install numpy==1.24 scipy==1.11.0 && pip3.9 check",
            "working_dir": "file:///home/disk/tk/file.zip",
        },
        "driver_agent_http_address": "",
        "driver_exit_code": 0,
        "error_type": "",
    }


def test_a_job_nobody_knows_is_a_string(client: Client) -> None:
    response = client.get(f"{JOBS}/app-xxxxx")

    assert response.status_code == 404
    assert response.json == (
        "not found app, submissionId: app-xxxxx, err: failed to get appjobInfo,"
        " submissionID: app-xxxxx"
    )


def test_stop_and_delete_answer_with_a_bare_word(client: Client) -> None:
    id = submit(client)

    assert client.delete(f"{JOBS}/{id}").json is False
    assert client.post(f"{JOBS}/{id}/stop").json is True
    assert client.post(f"{JOBS}/{id}/stop").json is False
    assert client.delete(f"{JOBS}/{id}").json is True
    assert client.post(f"{JOBS}/{id}/stop").json == f"the app does not exist, submissionId:[{id}]"


def test_an_id_gets_its_prefix_and_is_taken_once(client: Client) -> None:
    assert submit(client, submission_id="mine") == "app-mine"

    again = client.post(JOBS, json={**ASKED, "submission_id": "app-mine"})

    assert again.status_code == 400
    assert again.json == "submit job has already exist, submissionId: app-mine"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"entrypoint": ""}, "entrypoint should not be empty"),
        ({"runtime_env": {}}, "runtime_env.working_dir should not be empty"),
        ({"submission_id": "raysubmit_A"}, "should match"),
        ({"submission_id": "driver-1"}, "should match"),
        ({"entrypoint_num_cpus": -1}, "entrypoint_num_cpus"),
        ({"runtime_env": {"working_dir": "/a", "pip": "pip install a; rm -rf /"}}, "is not 'pip"),
    ],
)
def test_what_cannot_run_is_refused_by_a_string(
    client: Client, fields: dict[str, Any], text: str
) -> None:
    response = client.post(JOBS, json={**ASKED, **fields})

    assert response.status_code == 400
    assert text in response.json


def test_pools_are_queues(client: Client, db: Database) -> None:
    client.post(JOBS, json=ASKED, headers={"X-Pool-Label": "unUseAntiOtherLabels, pool-2"})

    assert [task["queue"] for task in tasks(db)] == ["pool-2"]


def test_a_tenant_lists_its_own_jobs(client: Client) -> None:
    client.post(JOBS, json=ASKED, headers={"X-Tenant-Id": "a"})

    assert len(client.get(JOBS, headers={"X-Tenant-Id": "a"}).json) == 1
    assert client.get(JOBS, headers={"X-Tenant-Id": "b"}).json == []
    assert len(client.get(JOBS).json) == 1
