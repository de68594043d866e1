"""Jobs: what is answered to a submit, what is shown, and how they are steered."""

from typing import Any
from uuid import UUID

import pytest

from tests.conformance.tork import golden
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import a_job, a_task, message, posted
from windlass.shared.states import Reason

UNKNOWN = UUID("2c3e02e7-4105-4136-a456-6522cec868c2")

EVERYTHING = a_job(
    a_task(
        "fetch {{ inputs.what }}",
        description="gets it",
        image="alpine:{{ inputs.tag }}",
        env={"WHAT": "{{ inputs.what }}", "B": "<&>", "DB_PASSWORD": "swordfish"},
        files={"b.txt": "b", "a.txt": "a"},
        var="got",
        queue="bulk",
        priority=3,
        tags=["io"],
        timeout="1m",
        retry={"limit": 2},
        limits={"cpus": "0.5", "memory": "10m"},
        registry={"username": "u", "password": "p"},
        pre=[
            {"name": "before", "image": "alpine", "run": "true", "env": {"X": "{{ inputs.tag }}"}}
        ],
        post=[{"name": "after", "image": "alpine", "run": "true"}],
        mounts=[{"type": "volume", "target": "/data"}],
    ),
    a_task("never", **{"if": "{{ 1 == 2 }}"}),
    a_task("last", cmd=["echo", "{{ tasks.got }}"], run=""),
    name="everything",
    description="uses every field",
    tags=["red", "green"],
    inputs={"what": "a film", "tag": "3"},
    secrets={"key": "hunter2"},
    output="{{ tasks.got }}",
    defaults={"queue": "slow", "retry": {"limit": 1}, "timeout": "5m", "priority": 1},
)


@pytest.fixture
def everything(client: Client) -> Any:
    response = client.post("/jobs", json=EVERYTHING)
    assert response.status_code == 200, response.text
    golden.check("job_posted", response.text)
    return response.json


def test_a_job_before_anything_started(client: Client, everything: Any) -> None:
    golden.check("job_scheduled", client.get(f"/jobs/{everything['id']}").text)
    golden.check("jobs_scheduled", client.get("/jobs").text)


def test_a_job_that_completed(client: Client, everything: Any, fleet: Fleet) -> None:
    fleet.run(outputs={"fetch {{ inputs.what }}": "hunter2 was got"})

    shown = client.get(f"/jobs/{everything['id']}")
    golden.check("job_completed", shown.text)
    golden.check("jobs_completed", client.get("/jobs").text)
    golden.check("task_completed", client.get(f"/tasks/{shown.json['execution'][0]['id']}").text)
    golden.check("task_skipped", client.get(f"/tasks/{shown.json['execution'][1]['id']}").text)


def test_a_job_whose_task_failed(client: Client, fleet: Fleet) -> None:
    job = posted(client, a_task("good"), a_task("bad", retry={"limit": 1}), a_task("unreached"))

    fleet.run(failing=["bad"])
    golden.check("job_retried", client.get(f"/jobs/{job['id']}").text)


def test_what_is_posted_is_pending_and_stands_before_its_first_task(client: Client) -> None:
    job = posted(client, a_task("a"), a_task("b"))

    assert (job["state"], job["position"], job["taskCount"]) == ("PENDING", 0, 2)
    assert len(job["id"]) == 32
    assert job["createdBy"]["username"] == "guest"
    assert job["createdBy"]["disabled"] is True


def test_position_and_progress_follow_the_tasks(client: Client, fleet: Fleet) -> None:
    id = posted(client, *(a_task(name) for name in "abc"))["id"]
    seen = []

    for _ in range(3):
        (attempt,) = fleet.dispatch()
        fleet.start(attempt)
        seen.append(figures(client, id))
        fleet.finish(attempt, exit_code=0)
    seen.append(figures(client, id))

    assert seen == [
        ("RUNNING", 1, None),
        ("RUNNING", 2, 33.33),
        ("RUNNING", 3, 66.67),
        ("COMPLETED", 4, 100),
    ]


def test_a_failed_job_stands_where_it_failed_and_says_why(client: Client, fleet: Fleet) -> None:
    id = posted(client, a_task("a"), a_task("b"), a_task("c"))["id"]

    fleet.run(failing=["b"])

    job = client.get(f"/jobs/{id}").json
    assert (job["state"], job["position"], job["progress"]) == ("FAILED", 2, 33.33)
    assert "ended with 1" in job["error"]
    assert "failedAt" in job
    assert [task["state"] for task in job["execution"]] == ["COMPLETED", "FAILED"]
    assert job["execution"][1]["error"] == "ended with 1"


def test_a_cancelled_job_has_an_end(client: Client, fleet: Fleet) -> None:
    id = posted(client, a_task("a"), a_task("b"))["id"]
    fleet.dispatch()

    response = client.put(f"/jobs/{id}/cancel")

    assert (response.status_code, response.data) == (200, b'{"status":"OK"}\n')
    job = client.get(f"/jobs/{id}").json
    assert (job["state"], job["position"]) == ("CANCELLED", 1)
    assert "failedAt" in job
    assert [task["state"] for task in job["execution"]] == ["CANCELLED"]


def test_what_is_over_cannot_be_cancelled(client: Client, fleet: Fleet) -> None:
    for failing in ([], ["task"]):
        id = posted(client)["id"]
        fleet.run(failing=failing)

        assert message(client.put(f"/jobs/{id}/cancel")) == (400, "job is not running")


def test_cancelling_twice_is_no_mistake_while_it_is_going_on(client: Client, fleet: Fleet) -> None:
    id = posted(client)["id"]
    fleet.start(*fleet.dispatch())

    answers = [client.put(f"/jobs/{id}/cancel").status_code for _ in range(2)]

    assert answers == [200, 200]


def test_only_what_failed_or_was_cancelled_can_be_restarted(client: Client, fleet: Fleet) -> None:
    id = posted(client)["id"]
    scheduled = message(client.put(f"/jobs/{id}/restart"))
    fleet.run()
    completed = message(client.put(f"/jobs/{id}/restart"))

    assert scheduled == (400, "job is SCHEDULED and can not be restarted")
    assert completed == (400, "job is COMPLETED and can not be restarted")


def test_a_restart_runs_what_failed_again_and_keeps_the_old_row(
    client: Client, fleet: Fleet
) -> None:
    id = posted(client, a_task("a", var="x"), a_task("b"))["id"]
    fleet.run(failing=["b"], outputs={"a": "kept"})

    response = client.put(f"/jobs/{id}/restart")
    fleet.run()

    assert response.json == {"status": "OK"}
    job = client.get(f"/jobs/{id}").json
    rows = [(task["name"], task["state"]) for task in job["execution"]]
    assert job["state"] == "COMPLETED"
    assert "error" not in job
    assert sorted(rows) == [("a", "COMPLETED"), ("b", "COMPLETED"), ("b", "FAILED")]
    assert job["context"]["tasks"] == {"x": "kept"}


def test_a_job_whose_output_failed_has_no_more_tasks_to_run(client: Client, fleet: Fleet) -> None:
    id = posted(client, output="{{ fromJSON('{') }}")["id"]
    fleet.run()

    assert client.get(f"/jobs/{id}").json["position"] == 2
    assert message(client.put(f"/jobs/{id}/restart")) == (400, "job has no more tasks to run")


def test_retries_are_rows_of_their_own(client: Client, fleet: Fleet) -> None:
    id = posted(client, a_task("a", retry={"limit": 1, "initialDelay": "0s"}))["id"]
    (first,) = fleet.dispatch()
    fleet.fail(first)

    rows = client.get(f"/jobs/{id}").json["execution"]

    assert [row["state"] for row in rows] == ["FAILED", "PENDING"]
    assert [row["retry"].get("attempts", 0) for row in rows] == [0, 1]
    assert len({row["id"] for row in rows}) == 2
    assert {row["position"] for row in rows} == {1}


def test_what_is_lost_with_its_node_is_a_failed_row_and_another(
    client: Client, fleet: Fleet
) -> None:
    id = posted(client)["id"]
    (first,) = fleet.dispatch()
    fleet.start(first)
    fleet.lose(first, reason=Reason.NODE_LOST)

    rows = client.get(f"/jobs/{id}").json["execution"]

    assert [row["state"] for row in rows] == ["FAILED", "PENDING"]


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/jobs/{0}", "job not found"),
        ("GET", "/jobs/{0}/log", "job not found"),
        ("PUT", "/jobs/{0}/cancel", "job not found"),
        ("PUT", "/jobs/{0}/restart", "job not found"),
        ("GET", "/tasks/{0}", "task not found"),
        ("GET", "/tasks/{0}/log", "task not found"),
    ],
)
@pytest.mark.parametrize("id", [UNKNOWN.hex, str(UNKNOWN), "x", "é", "%00", "A" * 32, "0" * 300])
def test_an_id_of_nothing_is_not_found_however_it_is_written(
    client: Client, method: str, path: str, text: str, id: str
) -> None:
    status, said = message(client.open(path.format(id), method=method))

    assert status == 404
    assert said == ("Not Found" if id == "%00" else text)


def test_a_job_of_another_door_is_not_found_here(client: Client) -> None:
    document = {"name": "ours", "tasks": [{"name": "t", "run": "true"}]}
    job = client.post("/windlass/v1/jobs", json=document).json

    assert message(client.get(f"/jobs/{job['id'].replace('-', '')}")) == (404, "job not found")


def test_the_tasks_of_a_job_are_accepted_as_a_new_one(client: Client, everything: Any) -> None:
    shown = client.get(f"/jobs/{everything['id']}").json
    kept = ("name", "description", "tags", "inputs", "secrets", "output", "defaults")

    again = posted(client, *shown["tasks"], **{name: shown[name] for name in kept})

    copy = client.get(f"/jobs/{again['id']}").json
    assert copy["tasks"] == shown["tasks"]
    assert copy["defaults"] == shown["defaults"]


def test_a_fast_task_has_a_start(client: Client, fleet: Fleet) -> None:
    id = posted(client)["id"]
    fleet.finish(*fleet.dispatch(), exit_code=0)

    (task,) = client.get(f"/jobs/{id}").json["execution"]

    assert task["startedAt"] <= task["completedAt"]


def test_names_and_texts_are_shown_as_they_were_posted(client: Client, fleet: Fleet) -> None:
    long = "x" * 20_000
    id = posted(client, a_task("  "), name=" ", description=long, tags=["", "a"])["id"]
    fleet.dispatch()

    job = client.get(f"/jobs/{id}").json

    assert (job["name"], job["description"], job["tags"]) == (" ", long, ["", "a"])
    assert job["execution"][0]["name"] == "  "
    assert client.get("/jobs").json["items"][0]["name"] == " "


def figures(client: Client, id: str) -> tuple[str, int, float | None]:
    job, (listed,) = client.get(f"/jobs/{id}").json, client.get("/jobs").json["items"]
    assert job.get("progress") == listed.get("progress")
    return listed["state"], job["position"], job.get("progress")
