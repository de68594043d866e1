"""Runs: submitted, listed, shown, killed, paused and restarted."""

from typing import Any

import pytest

from tests.conformance.daggy.client import EXAMPLE, Daggy, a_dag, a_task

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def test_the_door_is_open(daggy: Daggy) -> None:
    response = daggy.client.get("/ready")

    assert (response.status_code, response.json) == (200, {"msg": "Ya like DAGs?"})


def test_the_session_of_the_seed_goes_as_it_says(daggy: Daggy) -> None:
    assert daggy.client.post("/v1/dagrun/validate", json=EXAMPLE).json == {"valid": True}
    assert daggy.submit(EXAMPLE) == 0
    assert daggy.get("dagrun/0/state") == {"state": "QUEUED"}
    daggy.started()
    assert daggy.get("dagrun/0/state") == {"state": "RUNNING"}
    (summary,) = daggy.get("dagruns?all=1")
    assert (summary["state"], summary["taskCounts"]) == ("RUNNING", {"RUNNING": 2})


def test_a_finished_run_is_shown_whole(daggy: Daggy) -> None:
    daggy.submit(EXAMPLE)
    daggy.fleet.finish(*daggy.started().values(), exit_code=0)

    run = daggy.get("dagrun/0")
    times = [change.pop("time") for change in run["dagStateChanges"]]
    attempts = [run["taskAttempts"][name].pop() for name in ("simple_0", "simple_1")]
    assert list(run) == [
        "runID",
        "tag",
        "tasks",
        "taskStates",
        "taskAttempts",
        "dagStateChanges",
    ]
    assert run["dagStateChanges"] == [
        {"state": "QUEUED"},
        {"state": "RUNNING"},
        {"state": "COMPLETED"},
    ]
    assert run["taskStates"] == {"simple_0": "COMPLETED", "simple_1": "COMPLETED"}
    assert run["tasks"]["simple_1"]["job"]["command"] == ["/usr/bin/python3", "script.py", "2"]
    for attempt in attempts:
        assert list(attempt) == [
            "startTime",
            "stopTime",
            "rc",
            "outputLog",
            "errorLog",
            "executorLog",
        ]
        assert (attempt["rc"], attempt["outputLog"], attempt["errorLog"]) == (0, "", "")
    for time in (*times, *(attempt["stopTime"] for attempt in attempts)):
        assert isinstance(time, str)
        assert len(time) == 19
    assert times == sorted(times)
    (summary,) = daggy.get("dagruns?all=1")
    assert (summary["startTime"], summary["lastUpdate"]) == (times[0], times[-1])


def test_runs_count_from_0_without_gaps(daggy: Daggy) -> None:
    assert daggy.submit(a_dag(a=a_task())) == 0
    assert daggy.client.post("/v1/dagrun", json={}).status_code == 406
    assert daggy.submit(a_dag(a=a_task())) == 1


def test_the_list_holds_what_goes_on_or_all_or_those_of_a_tag(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))
    daggy.fleet.run()
    daggy.submit({**a_dag(a=a_task()), "tag": "other"})

    assert [run["runID"] for run in daggy.get("dagruns")] == [1]
    assert [run["runID"] for run in daggy.get("dagruns?all=1")] == [0, 1]
    assert [run["runID"] for run in daggy.get("dagruns?all=true&tag=t")] == [0]
    assert daggy.get("dagruns?tag=t") == []


def test_a_failed_task_leaves_what_is_below_it_waiting_and_the_run_errored(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task(parents=["a"]), c=a_task()))
    daggy.fleet.run(failing=["a"])

    assert daggy.state(0) == "ERRORED"
    assert daggy.task_states(0) == {"a": "ERRORED", "b": "QUEUED", "c": "COMPLETED"}
    assert daggy.get("dagrun/0")["taskAttempts"]["a"][0]["rc"] == 1


def test_a_restart_keeps_what_completed_and_adds_attempts(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task(parents=["a"]), c=a_task()))
    daggy.fleet.run(failing=["a"])

    assert daggy.patch(0, "QUEUED").json == {"runID": 0}
    assert daggy.state(0) == "QUEUED"
    daggy.fleet.run()

    run = daggy.get("dagrun/0")
    assert daggy.state(0) == "COMPLETED"
    assert {name: len(tried) for name, tried in run["taskAttempts"].items()} == {
        "a": 2,
        "b": 1,
        "c": 1,
    }
    states = [change["state"] for change in run["dagStateChanges"]]
    assert states == ["QUEUED", "RUNNING", "ERRORED", "QUEUED", "RUNNING", "COMPLETED"]


def test_a_killed_run_ends_killed_with_its_tasks(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task(parents=["a"])))
    attempts = daggy.started()

    assert daggy.client.delete("/v1/dagrun/0").json == {"runID": 0}
    daggy.fleet.finish(attempts["a"], reason="cancelled", exit_code=143)

    assert daggy.state(0) == "KILLED"
    assert daggy.task_states(0) == {"a": "KILLED", "b": "KILLED"}
    assert daggy.get("dagrun/0")["taskAttempts"]["a"][0]["rc"] == -9
    assert daggy.client.delete("/v1/dagrun/0").status_code == 200


def test_a_paused_run_lets_running_tasks_finish_and_starts_nothing(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task(parents=["a"])))
    attempts = daggy.started()

    assert daggy.patch(0, "PAUSED").json == {"runID": 0}
    assert daggy.state(0) == "PAUSED"
    daggy.fleet.finish(attempts["a"], exit_code=0)
    assert daggy.started() == {}
    assert daggy.task_states(0) == {"a": "COMPLETED", "b": "QUEUED"}
    assert daggy.patch(0, "paused").status_code == 200

    assert daggy.patch(0, "QUEUED").json == {"runID": 0}
    daggy.fleet.run()
    assert daggy.state(0) == "COMPLETED"
    states = [change["state"] for change in daggy.get("dagrun/0")["dagStateChanges"]]
    assert states == ["QUEUED", "RUNNING", "PAUSED", "QUEUED", "COMPLETED"]


def test_a_paused_run_can_be_killed(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))
    daggy.patch(0, "PAUSED")

    assert daggy.patch(0, "KILLED").status_code == 200
    assert daggy.state(0) == "KILLED"


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING", "ERRORED", "COMPLETED"])
def test_a_run_that_goes_on_cannot_be_made_anything_else(daggy: Daggy, state: str) -> None:
    daggy.submit(a_dag(a=a_task()))

    response = daggy.patch(0, state)

    assert response.status_code == 405
    assert response.json["message"] == f"a run that is QUEUED cannot be made {state}"


@pytest.mark.parametrize("state", ["QUEUED", "PAUSED", "KILLED"])
def test_a_run_that_completed_stays_so(daggy: Daggy, state: str) -> None:
    daggy.submit(a_dag(a=a_task()))
    daggy.fleet.run()

    assert daggy.patch(0, state).status_code == 405
    assert daggy.state(0) == "COMPLETED"


def test_a_word_that_is_no_state_is_told_those_that_are(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))

    response = daggy.patch(0, "DONE")

    assert response.status_code == 400
    assert "QUEUED, RUNNING" in response.json["message"]


@pytest.mark.parametrize("id", ["7", "x", "-1", "0.0", "9" * 30, "%00"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/dagrun/{}"),
        ("delete", "/v1/dagrun/{}"),
        ("get", "/v1/dagrun/{}/state"),
        ("patch", "/v1/dagrun/{}/state/QUEUED"),
        ("get", "/v1/dagrun/{}/task/a"),
        ("delete", "/v1/dagrun/{}/task/a"),
        ("get", "/v1/dagrun/{}/task/a/state"),
        ("patch", "/v1/dagrun/{}/task/a/state/QUEUED"),
    ],
)
def test_a_run_that_does_not_exist_is_not_found(
    daggy: Daggy, method: str, path: str, id: str
) -> None:
    response = daggy.client.open(path.format(id), method=method.upper())

    assert response.status_code == 404
    assert response.json["message"] == response.json["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b"\xff", 400),
        (b'{"tasks": {"\\u0000": {}}}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 406),
        (b"{}", 406),
        (b'{"tasks": {"a": {"job": {"command": ["x"]}, "parents": ["b"]}}}', 406),
    ],
)
def test_a_body_that_is_no_dag_is_refused_and_changes_nothing(
    daggy: Daggy, body: bytes, status: int
) -> None:
    response = daggy.client.post("/v1/dagrun", data=body)
    verdict = daggy.client.post("/v1/dagrun/validate", data=body)

    assert response.status_code == status
    assert response.json["message"] == response.json["error"] != ""
    if status == 406:
        assert verdict.status_code == 200
        assert verdict.json == {"valid": False, **response.json}
    assert daggy.get("dagruns?all=1") == []
    assert daggy.submit(a_dag(a=a_task())) == 0


def test_a_body_is_read_as_json_whatever_it_is_called(daggy: Daggy) -> None:
    response = daggy.client.post(
        "/v1/dagrun",
        data=b'{"tasks": {"a": {"job": {"command": ["x"]}}}}',
        content_type="application/x-www-form-urlencoded",
    )

    assert response.json == {"runID": 0}
    assert daggy.get("dagrun/0")["tag"] == ""


def test_a_body_of_megabytes_is_taken(daggy: Daggy) -> None:
    dag = a_dag(**{f"task{n}": {"job": {"command": ["x" * 1000]}} for n in range(2000)})

    assert daggy.submit(dag) == 0
    assert daggy.get("dagruns")[0]["taskCounts"] == {"QUEUED": 2000}


def test_warnings_are_told_by_validate(daggy: Daggy) -> None:
    dag: dict[str, Any] = a_dag(a={"job": {"command": ["{{X}}"]}})

    verdict = daggy.client.post("/v1/dagrun/validate", json=dag).json

    assert verdict["valid"] is True
    assert verdict["warnings"] == [
        "tasks.a mentions {{X}}, which is no parameter: it stays as it is"
    ]


def test_jobs_of_other_doors_are_no_runs(daggy: Daggy) -> None:
    daggy.client.post(
        "/windlass/v1/jobs", json={"name": "j", "tasks": [{"name": "t", "run": "true"}]}
    )

    assert daggy.get("dagruns?all=1") == []
