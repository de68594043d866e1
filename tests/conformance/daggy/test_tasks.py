"""Tasks of runs: shown, killed, run again; and their attempts with their logs."""

from typing import Any
from uuid import UUID

import pytest

from tests.conformance.daggy.client import Daggy, a_dag, a_task
from windlass.shared.events import LogChunk

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def wrote(id: UUID, *pieces: tuple[str, bytes]) -> dict[str, Any]:
    """What a report says of an attempt that wrote these to its streams."""
    chunks: list[LogChunk] = []
    at = line = 0
    for stream, data in pieces:
        chunk: dict[str, Any] = {"stream": stream, "first_byte": at, "first_line": line}
        lines = data.count(b"\n")
        chunks.append(LogChunk(attempt_id=id, size=len(data), lines=lines, data=data, **chunk))
        at, line = at + len(data), line + lines
    return {"log_bytes": at, "log_lines": line, "tail": tuple(chunks)}


def test_a_task_is_shown_with_its_relatives_by_expanded_names(daggy: Daggy) -> None:
    daggy.submit(
        {
            "tag": "t",
            "parameters": {"P": ["1", "2"]},
            "tasks": {
                "a": {"job": {"command": ["{{P}}"]}, "children": ["b"]},
                "b": {"job": {"command": ["x"]}, "maxRetries": 2, "retryIntervalSeconds": 5},
            },
        }
    )

    task = daggy.get("dagrun/0/task/b")

    assert task == daggy.get("dagrun/0")["tasks"]["b"]
    assert task["parents"] == ["a_0", "a_1"]
    assert (task["maxRetries"], task["retryIntervalSeconds"]) == (2, 5)
    assert daggy.get("dagrun/0/task/a_1")["children"] == ["b"]
    assert daggy.get("dagrun/0/task/a_1/state") == {"state": "QUEUED"}


@pytest.mark.parametrize("name", ["a", "a_7", "a_0/state", "%00", "x" * 300])
def test_a_task_that_does_not_exist_is_not_found(daggy: Daggy, name: str) -> None:
    daggy.submit({"parameters": {"P": ["1"]}, "tasks": {"a": {"job": {"command": ["{{P}}"]}}}})

    assert daggy.client.get(f"/v1/dagrun/0/task/{name}/state").status_code == 404


def test_the_streams_of_an_attempt_are_kept_apart(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))
    (id,) = daggy.started().values()
    pieces = [("out", b"one\n"), ("err", b"oops \xff\n"), ("out", b"two\n"), ("sys", b"pulled\n")]
    daggy.fleet.finish(id, exit_code=0, **wrote(id, *pieces))

    (attempt,) = daggy.get("dagrun/0")["taskAttempts"]["a"]

    assert attempt["outputLog"] == "one\ntwo\n"
    assert attempt["errorLog"] == "oops \ufffd\n"
    assert attempt["executorLog"] == "pulled\n"


def test_a_command_that_cannot_start_errs_with_the_reason_in_its_executor_log(
    daggy: Daggy,
) -> None:
    daggy.submit(a_dag(a=a_task()))
    daggy.fleet.finish(*daggy.started().values(), reason="setup", error="no such program")

    (attempt,) = daggy.get("dagrun/0")["taskAttempts"]["a"]

    assert daggy.task_states(0) == {"a": "ERRORED"}
    assert attempt["rc"] != 0
    assert attempt["executorLog"] == "no such program"


def test_a_running_attempt_has_no_end(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))
    assert daggy.get("dagrun/0")["taskAttempts"] == {"a": []}
    daggy.started()

    (attempt,) = daggy.get("dagrun/0")["taskAttempts"]["a"]

    assert attempt["stopTime"] == "0"


def test_a_failed_attempt_is_repeated_and_all_are_kept(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(maxRetries=1)))
    daggy.fleet.fail(*daggy.started().values(), code=3)
    assert daggy.get("dagrun/0/task/a/state") == {"state": "RETRY"}
    daggy.fleet.finish(*daggy.started().values(), exit_code=0)

    assert [each["rc"] for each in daggy.get("dagrun/0")["taskAttempts"]["a"]] == [3, 0]
    assert daggy.state(0) == "COMPLETED"


def test_a_killed_task_is_not_repeated_and_the_rest_of_the_run_goes_on(daggy: Daggy) -> None:
    daggy.submit(
        a_dag(a=a_task(maxRetries=3), b=a_task(parents=["a"]), c=a_task(), d=a_task(parents=["c"]))
    )
    attempts = daggy.started()

    assert daggy.client.delete("/v1/dagrun/0/task/a").json == {"runID": 0}
    assert daggy.state(0) == "RUNNING"
    daggy.fleet.finish(attempts["a"], reason="cancelled", exit_code=143)
    daggy.fleet.finish(attempts["c"], exit_code=0)
    daggy.fleet.run()

    assert daggy.task_states(0) == {
        "a": "KILLED",
        "b": "QUEUED",
        "c": "COMPLETED",
        "d": "COMPLETED",
    }
    assert daggy.state(0) == "KILLED"
    assert [run["state"] for run in daggy.get("dagruns?all=1")] == ["KILLED"]
    assert [each["rc"] for each in daggy.get("dagrun/0")["taskAttempts"]["a"]] == [-9]


def test_a_killed_task_whose_node_is_lost_stays_killed(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))
    (id,) = daggy.started().values()

    daggy.client.delete("/v1/dagrun/0/task/a")
    daggy.fleet.lose(id)

    assert daggy.task_states(0) == {"a": "KILLED"}
    assert daggy.state(0) == "KILLED"


def test_a_task_that_waits_can_be_killed(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task(parents=["a"]), c=a_task()))

    daggy.client.delete("/v1/dagrun/0/task/b")
    daggy.fleet.run()

    assert daggy.task_states(0) == {"a": "COMPLETED", "b": "KILLED", "c": "COMPLETED"}
    assert daggy.state(0) == "KILLED"


def test_a_task_that_ended_is_not_killed(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task()))
    daggy.fleet.run()

    assert daggy.client.delete("/v1/dagrun/0/task/a").status_code == 200
    assert daggy.task_states(0) == {"a": "COMPLETED"}


def test_a_killed_task_of_a_run_that_is_over_is_run_again(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task(parents=["a"])))
    daggy.client.delete("/v1/dagrun/0/task/a")
    assert daggy.state(0) == "KILLED"

    response = daggy.client.patch("/v1/dagrun/0/task/a/state/QUEUED")
    daggy.fleet.run()

    assert response.json == {"runID": 0}
    assert daggy.task_states(0) == {"a": "COMPLETED", "b": "COMPLETED"}
    assert daggy.state(0) == "COMPLETED"


def test_a_task_of_a_run_that_goes_on_is_not_run_again(daggy: Daggy) -> None:
    daggy.submit(a_dag(a=a_task(), b=a_task()))
    daggy.fleet.fail(daggy.started()["a"])

    response = daggy.client.patch("/v1/dagrun/0/task/a/state/QUEUED")

    assert response.status_code == 405
    assert "not over" in response.json["message"]


def test_names_may_be_odd(daggy: Daggy) -> None:
    name = "a/b c?#ü"
    daggy.submit(a_dag(**{name: a_task()}))

    assert daggy.client.get("/v1/dagrun/0/task/a%2Fb%20c%3F%23%C3%BC/state").json == {
        "state": "QUEUED"
    }
    assert daggy.task_states(0) == {name: "QUEUED"}
