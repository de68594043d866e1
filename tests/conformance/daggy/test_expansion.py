"""From a DAG as it is written to the tasks that run; nothing here needs a server."""

from typing import Any

import pytest

from windlass.coordinator.dialects.daggy.intake import Intake, take
from windlass.coordinator.dialects.daggy.present import task
from windlass.coordinator.dialects.daggy.translate import Defaults
from windlass.coordinator.engine import check
from windlass.shared.spec import JobSpec


def taken(dag: Any) -> Intake:
    return take(dag, check.problems, Defaults(image="base"))


def spec(dag: Any) -> JobSpec:
    found = taken(dag)
    assert found.spec is not None, found.flaws
    return found.spec


def refusal(dag: Any) -> str:
    found = taken(dag)
    assert found.spec is None
    return "; ".join(f"{'.'.join(map(str, flaw.path))}: {flaw.message}" for flaw in found.flaws)


def dag(tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tag": "t", "tasks": tasks, **more}


def one(*command: str, **more: Any) -> dict[str, Any]:
    return {"job": {"command": list(command)}, **more}


def names(job: JobSpec) -> list[str]:
    return [each.key for each in job.tasks]


def commands(job: JobSpec) -> list[tuple[str, ...]]:
    return [each.container.cmd for each in job.tasks]


def parents(job: JobSpec) -> dict[str, list[str]]:
    return {each.key: [job.tasks[p].key for p in each.needs] for each in job.tasks}


def test_the_example_of_the_seed_becomes_two_tasks_shown_as_there() -> None:
    job = spec(
        {
            "tag": "mediumtest",
            "parameters": {"JOBNO": ["1", "2"]},
            "tasks": {
                "simple": {
                    "job": {
                        "command": ["/usr/bin/python3", "script.py", "{{JOBNO}}"],
                        "cores": "1",
                        "memoryMB": "100",
                    }
                }
            },
        }
    )

    assert names(job) == ["simple_0", "simple_1"]
    assert task(job.tasks[0], [], []) == {
        "maxRetries": 0,
        "retryIntervalSeconds": 0,
        "job": {
            "environment": [],
            "memoryMB": "100",
            "cores": "1",
            "command": ["/usr/bin/python3", "script.py", "1"],
        },
        "children": [],
        "parents": [],
        "isGenerator": False,
    }


def test_lists_multiply_in_the_order_of_the_document_the_first_fastest() -> None:
    job = spec(
        dag(
            {"t": one("{{A}}", "{{B}}", "{{A}}"), "u": one("{{B}}")},
            parameters={"A": ["1", "2"], "B": ["x", "y"]},
        )
    )

    assert names(job) == ["t_0", "t_1", "t_2", "t_3", "u_0", "u_1"]
    assert commands(job)[:4] == [
        ("1", "x", "1"),
        ("2", "x", "2"),
        ("1", "y", "1"),
        ("2", "y", "2"),
    ]


def test_a_list_of_one_numbers_its_task_and_text_does_not() -> None:
    job = spec(dag({"a": one("{{L}}"), "b": one("{{S}}")}, parameters={"L": ["only"], "S": "text"}))

    assert dict(zip(names(job), commands(job), strict=True)) == {"a_0": ("only",), "b": ("text",)}


def test_the_environment_expands_as_the_command_does() -> None:
    job = spec(
        dag(
            {"t": {"job": {"command": ["env"], "environment": ["K={{P}}", "L=1"]}}},
            parameters={"P": ["x", "y"]},
        )
    )

    assert [each.container.env for each in job.tasks] == [
        {"K": "x", "L": "1"},
        {"K": "y", "L": "1"},
    ]


def test_an_environment_may_be_an_object() -> None:
    job = spec(dag({"t": {"job": {"command": ["env"], "environment": {"N": 3}}}}))

    assert job.tasks[0].container.env == {"N": "3"}


def test_what_is_no_parameter_stays_as_it_is_and_is_warned_of() -> None:
    found = taken(dag({"t": one("echo", "{{WHAT}}")}))

    assert found.spec is not None
    assert task(found.spec.tasks[0], [], [])["job"]["command"] == ["echo", "{{WHAT}}"]
    assert found.warnings == ["tasks.t mentions {{WHAT}}, which is no parameter: it stays as it is"]


def test_every_instance_of_the_one_waits_for_every_instance_of_the_other() -> None:
    job = spec(
        dag(
            {"a": one("{{P}}"), "b": one("{{P}}", parents=["a"]), "c": one("end", parents=["b"])},
            parameters={"P": ["1", "2"]},
        )
    )

    assert parents(job) == {
        "a_0": [],
        "a_1": [],
        "b_0": ["a_0", "a_1"],
        "b_1": ["a_0", "a_1"],
        "c": ["b_0", "b_1"],
    }


def test_an_edge_written_at_both_ends_counts_once() -> None:
    job = spec(dag({"a": one("x", children=["b"]), "b": one("y", parents=["a"])}))

    assert parents(job) == {"a": [], "b": ["a"]}


def test_retries_wait_for_the_interval_each_time() -> None:
    job = spec(dag({"t": one("x", maxRetries="3", retryIntervalSeconds=30)}))

    retry = job.tasks[0].retry
    assert (retry.limit, retry.initial_delay, retry.max_delay, retry.jitter) == (3, 30, 30, 0)
    shown = task(job.tasks[0], [], [])
    assert (shown["maxRetries"], shown["retryIntervalSeconds"]) == (3, 30)


def test_cores_and_memory_are_limits_and_shown_as_they_were_written() -> None:
    job = spec(dag({"t": {"job": {"command": ["x"], "cores": 0.5, "memoryMB": "100"}}}))

    limits = job.tasks[0].container.limits
    assert (limits.cpus, limits.memory) == (0.5, 100 << 20)
    assert task(job.tasks[0], [], [])["job"]["cores"] == "0.5"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be an object, not a list"),
        ({}, "tasks: is required"),
        (dag({}), "tasks: must not be empty"),
        (dag({"t": {}}), "tasks.t.job: is required"),
        (dag({"t": one()}), "tasks.t.job.command: must not be empty"),
        (dag({"t": {"job": {"command": "ls"}}}), "tasks.t.job.command: must be a list, not text"),
        (dag({"t": one("x", parents=["no"])}), 'task t names "no", which does not exist'),
        (dag({"t": one("x", children=["no"])}), 'task t names "no", which does not exist'),
        (dag({"t": one("x", parents=["t"])}), "tasks.t.needs.0: a task cannot need itself"),
        (
            dag({"a": one("x", parents=["b"]), "b": one("x", parents=["a"])}),
            "need each other in a circle: a → b → a",
        ),
        (dag({"t": one("{{E}}")}, parameters={"E": []}), "parameters.E: is an empty list"),
        (dag({"t": one("x")}, parameters={"E": 1}), "parameters.E: must be text or a list of text"),
        (dag({"t": one("x")}, parameters={"E": [["a"]]}), "parameters.E.0: must be text"),
        (
            dag({"a": one("{{P}}"), "a_0": one("x")}, parameters={"P": ["1"]}),
            "a_0 and a both make a task named a_0",
        ),
        (dag({"t": one("x", maxRetries=-1)}), "tasks.t.maxRetries: must not be -1"),
        (dag({"t": {"job": {"command": ["x"], "cores": "0"}}}), "tasks.t.job.cores: must not be"),
        (dag({"t": {"job": {"command": ["x"], "memoryMB": "x"}}}), "memoryMB: must not be"),
        (dag({"t": {"job": {"command": ["x"], "environment": ["A"]}}}), "environment.0: must not"),
        (dag({"t": {"job": {"command": ["x"], "comand": []}}}), "comand: is not a known field"),
    ],
)
def test_what_cannot_run_is_refused_by_name(document: Any, said: str) -> None:
    assert said in refusal(document)


def test_a_bomb_of_parameters_is_refused() -> None:
    values = [str(n) for n in range(1000)]
    bomb = dag({"t": one("{{A}}{{B}}{{C}}")}, parameters={"A": values, "B": values, "C": values})

    assert "makes too many tasks" in refusal(bomb)


def test_a_bomb_of_text_is_refused() -> None:
    values = [str(n) for n in range(1000)]
    parameters = {"A": values, "B": "x" * 1_000_000}

    assert "more text than is taken" in refusal(
        dag({"t": one("{{A}}{{B}}")}, parameters=parameters)
    )


def test_a_bomb_of_links_is_refused() -> None:
    values = [str(n) for n in range(2000)]
    bomb = dag({"a": one("{{P}}"), "b": one("{{P}}", parents=["a"])}, parameters={"P": values})

    assert "are linked too often" in refusal(bomb)


def test_unknown_fields_of_the_dag_and_its_tasks_are_passed_over_with_a_warning() -> None:
    found = taken({**dag({"t": one("x", color="red")}), "owner": "me"})

    assert found.spec is not None
    assert sorted(found.warnings) == [
        "owner is not a known field and means nothing",
        "tasks.t.color is not a known field and means nothing",
    ]
