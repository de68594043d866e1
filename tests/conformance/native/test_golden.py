"""Every document the door gives, compared whole with its golden file."""

from typing import Any

import pytest

from tests.conformance.native import golden
from tests.support.fleet import NODE, NOW, Fleet
from tests.support.http import BASE, Client, a_document, sent
from windlass.coordinator.engine import fleet as nodes
from windlass.coordinator.store.db import Database
from windlass.shared.events import LogChunk, NodeBeat
from windlass.shared.states import Reason

LOG = b"first line\nsecond line\nno end"

EVERYTHING = {
    "name": "everything",
    "description": "uses every field",
    "inputs": {"who": "world", "api_token": "hunter2", "count": 3},
    "tags": ["nightly", "team-7"],
    "metadata": {"cost-centre": 42},
    "queue": "bulk",
    "priority": 2,
    "timeout": "2h",
    "fail_fast": True,
    "output": "{{ tasks.greeting }}",
    "defaults": {"image": "busybox", "env": {"LANG": "C"}, "retry": {"limit": 2}},
    "tasks": [
        {
            "name": "greet",
            "run": "echo hello > $WINDLASS_OUTPUT",
            "env": {"WHO": "{{ inputs.who }}", "DB_PASSWORD": "swordfish"},
            "var": "greeting",
            "limits": {"cpus": 0.5, "memory": "64m"},
            "registry": {"username": "u", "password": "p"},
            "timeout": "1m",
        },
        {"name": "count", "cmd": ["wc", "-l"], "needs": [], "if": "true", "allow_failure": True},
        {"name": "report", "run": "true", "needs": ["greet", "count"], "queue": "default"},
    ],
}


@pytest.fixture
def failed(client: Client, fleet: Fleet) -> Any:
    """A job whose only task failed, with a log."""
    job = sent(client, a_document({"name": "broken", "run": "exit 3", "env": {"API_KEY": "k"}}))
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    chunk = LogChunk(
        attempt_id=attempt, first_byte=0, size=len(LOG), first_line=0, lines=2, data=LOG
    )
    fleet.finish(
        attempt,
        reason=Reason.EXIT_CODE,
        exit_code=3,
        error="ended with exit code 3",
        log_bytes=len(LOG),
        log_lines=2,
        tail=(chunk,),
    )
    return job


def first(client: Client, path: str) -> Any:
    return client.get(f"{BASE}{path}").json["items"][0]


def test_a_job_as_submitted(client: Client) -> None:
    golden.check("job_submitted", sent(client, EVERYTHING))


def test_the_same_job_read_again(client: Client) -> None:
    job = sent(client, EVERYTHING)

    assert client.get(f"{BASE}/jobs/{job['id']}").json == job


def test_a_job_that_failed(client: Client, failed: Any) -> None:
    golden.check("job_failed", client.get(f"{BASE}/jobs/{failed['id']}").json)


def test_a_page_of_jobs(client: Client, failed: Any) -> None:
    golden.check("jobs", client.get(f"{BASE}/jobs?limit=1&count=true").json)


def test_the_totals(client: Client, failed: Any) -> None:
    golden.check("totals", client.get(f"{BASE}/jobs/totals").json)


def test_a_resolved_document(client: Client) -> None:
    golden.check("validated", client.post(f"{BASE}/validate", json=EVERYTHING).json)


def test_tasks_that_wait(client: Client) -> None:
    job = sent(client, EVERYTHING)

    golden.check("tasks", client.get(f"{BASE}/jobs/{job['id']}/tasks").json)


def test_a_task_that_failed(client: Client, failed: Any) -> None:
    task = first(client, f"/jobs/{failed['id']}/tasks")

    golden.check("task_failed", client.get(f"{BASE}/tasks/{task['id']}").json)


def test_a_task_that_waits(client: Client) -> None:
    job = sent(client, a_document({"name": "a", "run": "true"}, {"name": "b", "run": "true"}))
    task = client.get(f"{BASE}/jobs/{job['id']}/tasks").json["items"][1]

    golden.check("task_waiting", client.get(f"{BASE}/tasks/{task['id']}").json)


def test_the_attempts_of_a_task(client: Client, failed: Any) -> None:
    task = first(client, f"/jobs/{failed['id']}/tasks")
    attempts = client.get(f"{BASE}/tasks/{task['id']}/attempts").json
    attempt = client.get(f"{BASE}/attempts/{attempts['items'][0]['id']}").json

    assert attempts["items"] == [attempt]
    golden.check("attempts", attempts)


def test_the_history_of_a_job(client: Client, failed: Any) -> None:
    history = client.get(f"{BASE}/jobs/{failed['id']}/history").json
    for row in history["items"]:
        row["id"] = "NUMBER"

    golden.check("history", history)


def test_the_spec_as_a_reader_may_see_it(client: Client) -> None:
    job = sent(client, EVERYTHING)
    admin = client.post(f"{BASE}/tokens", json={"name": "a", "scope": "admin"}).json["secret"]
    reader = client.post(
        f"{BASE}/tokens",
        json={"name": "r", "scope": "read"},
        headers={"Authorization": f"Bearer {admin}"},
    ).json["secret"]

    response = client.get(
        f"{BASE}/jobs/{job['id']}/spec", headers={"Authorization": f"Bearer {reader}"}
    )

    golden.check("spec_masked", response.json)


def test_nodes_and_queues(client: Client, fleet: Fleet, db: Database) -> None:
    beat = NodeBeat(
        node=NODE,
        at=NOW,
        queues=("default", "gpu"),
        slots=4,
        runtime="docker",
        version="0.1.0",
        hostname="host-1",
        cpus=2.0,
        memory=1 << 33,
        disk_free=1 << 34,
    )
    nodes.report(db, fleet.signals, [beat])
    sent(client, a_document())

    listed = client.get(f"{BASE}/nodes").json
    assert listed["items"] == [client.get(f"{BASE}/nodes/{NODE}").json]
    golden.check("nodes", listed)
    golden.check("queues", client.get(f"{BASE}/queues").json)
    assert client.post(f"{BASE}/nodes/{NODE}/drain").json["state"] == "drained"
    assert client.post(f"{BASE}/nodes/{NODE}/resume").json["state"] == "active"


def test_tokens(client: Client) -> None:
    made = client.post(f"{BASE}/tokens", json={"name": "ci", "scope": "admin"}).json
    headers = {"Authorization": f"Bearer {made['secret']}"}

    listed = client.get(f"{BASE}/tokens", headers=headers).json

    assert made.pop("secret").startswith("wl_")
    golden.check("token", made)
    assert [token["name"] for token in listed["items"]] == ["ci"]
    assert "secret" not in listed["items"][0]


def test_the_system(client: Client) -> None:
    system = client.get(f"{BASE}/system").json

    assert system.pop("version")
    golden.check("system", system)
