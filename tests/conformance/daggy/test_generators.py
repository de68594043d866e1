"""Tasks whose output is tasks."""

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.conformance.daggy.client import Daggy, a_dag, a_task
from tests.conformance.daggy.test_tasks import wrote
from windlass.coordinator.dialects import reader_of
from windlass.coordinator.engine.generate import Generators

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def generated(daggy: Daggy, output: Any, name: str = "gen") -> None:
    """The generator runs and writes this."""
    id = daggy.started()[name]
    text = output if isinstance(output, bytes) else json.dumps(output).encode()
    daggy.fleet.finish(id, exit_code=0, **wrote(id, ("err", b"noise"), ("out", text)))
    Generators(daggy.fleet.db, daggy.fleet.signals, reader_of).step()


def test_generated_tasks_run_after_the_generator_and_before_its_children(daggy: Daggy) -> None:
    daggy.submit(
        {
            "parameters": {"P": ["x", "y"]},
            "tasks": {
                "gen": a_task(isGenerator=True, children=["last"]),
                "last": a_task(),
            },
        }
    )
    generated(daggy, {"made": {"job": {"command": ["run", "{{P}}"]}}})

    run = daggy.get("dagrun/0")
    assert run["taskStates"] == {
        "gen": "COMPLETED",
        "last": "QUEUED",
        "made_0": "QUEUED",
        "made_1": "QUEUED",
    }
    assert run["tasks"]["made_1"]["job"]["command"] == ["run", "y"]
    assert run["tasks"]["made_0"]["parents"] == ["gen"]
    assert sorted(run["tasks"]["last"]["parents"]) == ["gen", "made_0", "made_1"]
    assert sorted(daggy.started()) == ["made_0", "made_1"]


def test_the_run_ends_when_what_was_generated_has_ended(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True)))
    generated(daggy, {"a": a_task(children=["b"]), "b": a_task()})
    assert daggy.state(0) == "RUNNING"
    daggy.fleet.run()

    assert daggy.task_states(0) == dict.fromkeys(["gen", "a", "b"], "COMPLETED")
    assert daggy.state(0) == "COMPLETED"


def test_nothing_generated_is_nothing_to_wait_for(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True, children=["last"]), last=a_task()))
    generated(daggy, {})
    daggy.fleet.run()

    assert daggy.state(0) == "COMPLETED"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (b"no json", "what it wrote is no JSON"),
        (b"", "what it wrote is no JSON"),
        ([], "what it wrote describes no tasks"),
        ({"a": {}}, "tasks.a.job is required"),
        ({"last": a_task()}, "there is a task named 'last' already"),
        ({"a": a_task(parents=["nobody"])}, "it names the parent 'nobody', which does not exist"),
        ({"a": a_task(children=["nobody"])}, "it names the child 'nobody', which does not exist"),
        ({"a": a_task(children=["gen"])}, "which does not wait any more"),
        ({"a": a_task(parents=["b"]), "b": a_task(parents=["a"])}, "in a circle"),
        ({"a": a_task(parents=["last"])}, "in a circle"),
    ],
)
def test_output_that_cannot_become_tasks_fails_the_generator_and_adds_none(
    daggy: Daggy, output: Any, said: str
) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True, children=["last"]), last=a_task()))
    generated(daggy, output)

    run = daggy.get("dagrun/0")
    assert run["taskStates"] == {"gen": "ERRORED", "last": "QUEUED"}
    ran, explained = run["taskAttempts"]["gen"]
    assert (ran["rc"], explained["rc"]) == (0, 1)
    assert said in explained["executorLog"]
    assert daggy.state(0) == "ERRORED"
    assert list(run["tasks"]) == ["gen", "last"]


def test_a_generator_that_failed_generates_when_it_is_restarted(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True, children=["last"]), last=a_task()))
    generated(daggy, b"oops")
    daggy.patch(0, "QUEUED")
    generated(daggy, {"a": a_task()})
    daggy.fleet.run()

    assert daggy.task_states(0) == dict.fromkeys(["gen", "last", "a"], "COMPLETED")


def test_a_restart_keeps_what_was_generated(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True)))
    generated(daggy, {"a": a_task(), "b": a_task()})
    daggy.fleet.run(failing=["b"])
    assert daggy.state(0) == "ERRORED"

    daggy.patch(0, "QUEUED")
    assert sorted(daggy.started()) == ["b"]


def test_a_generator_that_is_run_again_takes_back_what_it_made(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True, children=["last"]), last=a_task()))
    generated(daggy, {"a": a_task(isGenerator=True)})
    generated(daggy, {"deep": a_task()}, name="a")
    daggy.fleet.run(failing=["last"])

    engine_rerun(daggy, "gen")
    generated(daggy, {"other": a_task()})
    daggy.fleet.run()

    assert daggy.task_states(0) == dict.fromkeys(["gen", "last", "other"], "COMPLETED")
    assert daggy.state(0) == "COMPLETED"


def test_generators_may_generate_generators_but_not_for_ever(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True)))
    names = ["gen", *(f"g{depth}" for depth in range(11))]
    for name, following in pairwise(names):
        generated(daggy, {following: a_task(isGenerator=True)}, name=name)

    assert daggy.task_states(0)["g9"] == "ERRORED"
    assert "10 times already" in daggy.get("dagrun/0")["taskAttempts"]["g9"][1]["executorLog"]


def test_a_killed_run_takes_no_generated_tasks(daggy: Daggy) -> None:
    daggy.submit(a_dag(gen=a_task(isGenerator=True)))
    id = daggy.started()["gen"]
    daggy.fleet.finish(id, exit_code=0, **wrote(id, ("out", b'{"a": {"job": {"command": ["x"]}}}')))
    daggy.client.delete("/v1/dagrun/0")
    Generators(daggy.fleet.db, daggy.fleet.signals, reader_of).step()

    assert list(daggy.task_states(0)) == ["gen"]
    assert daggy.state(0) == "KILLED"


def engine_rerun(daggy: Daggy, key: str) -> None:
    """As our own door does it."""
    (job,) = daggy.client.get("/windlass/v1/jobs").json["items"]
    tasks = daggy.client.get(f"/windlass/v1/jobs/{job['id']}/tasks").json["items"]
    (id,) = [task["id"] for task in tasks if task["key"] == key]
    assert daggy.client.post(f"/windlass/v1/tasks/{id}/rerun").status_code == 202
