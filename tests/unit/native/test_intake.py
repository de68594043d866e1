"""From a body to a spec, or to everything that is wrong with it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from windlass.coordinator.dialects.native.intake import Intake, take
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.web.body import Body, Format
from windlass.coordinator.web.reading import MOST_FLAWS, Path, show_path
from windlass.shared.spec import JobSpec


def nothing(_: JobSpec) -> Sequence[Problem]:
    return ()


def of(document: Any, *problems: Problem) -> Intake:
    body = Body(Format.JSON, json.dumps(document).encode())
    return take(body, lambda _: problems)


def of_yaml(text: str, *problems: Problem) -> Intake:
    return take(Body(Format.YAML, text.encode()), lambda _: problems)


def told(intake: Intake) -> list[tuple[str, str]]:
    assert intake.spec is None
    return [(show_path(flaw.path), flaw.message) for flaw in intake.flaws]


def job(*tasks: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "x", "tasks": list(tasks), **fields}


def test_a_sound_document_becomes_a_spec() -> None:
    intake = of(job({"name": "a", "run": "true"}))

    assert intake.spec is not None
    assert intake.flaws == ()


def test_an_unknown_field_is_named_with_what_it_may_have_been() -> None:
    (flaw,) = of(job({"name": "a", "run": "true", "timout": "5s"})).flaws

    assert show_path(flaw.path) == "tasks[0].timout"
    assert flaw.message == "is not a known field; did you mean timeout?"
    assert "timeout" in flaw.allowed.split(", ")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", 7, "must be text, not a number"),
        ("name", "", "must not be empty"),
        ("name", "x" * 257, "has 257 characters"),
        ("run", ["echo"], "must be text, not a list"),
        ("cmd", "echo", "must be a list, not text"),
        ("cmd", {"a": 1}, "must be a list, not a mapping"),
        ("env", ["A=b"], "must be a mapping, not a list"),
        ("timeout", "-5s", "must be a duration such as 10s, 5m, 1h30m or 250ms"),
        ("timeout", -5, "must lie between 0 and 366 days"),
        ("timeout", "900d", "must lie between 0 and 366 days"),
        ("timeout", 0, "must not be 0"),
        ("grace", "2h", 'must not be "2h"'),
        ("cmd", ["echo"], "does not go with run"),
        ("timeout", True, "must be a duration such as 90, 10s, 5m or 1h30m"),
        ("priority", 10, "must not be 10"),
        ("priority", -1, "must not be -1"),
        ("priority", 1.5, "must not be 1.5"),
        ("priority", "5", 'must not be "5"'),
        ("allow_failure", "yes", 'must not be "yes"'),
        ("queue", "a b", 'must not be "a b"'),
        ("pull", "sometimes", 'must not be "sometimes"'),
        ("gpus", "0", 'must not be "0"'),
        ("gpus", "some", 'must not be "some"'),
        ("image", None, "must not be null"),
        ("needs", "a", "must be a list, not text"),
        ("tags", [1], "must be text, not a number"),
        ("files", {"": "y"}, "must not be empty"),
        ("env", {"A": None}, "must not be null"),
        ("env", {"A": ["b"]}, "must be text, not a list"),
        ("limits", {"memory": "-1"}, "must be a size such as 512m, 1.5g or a number of bytes"),
        ("limits", {"memory": -1}, "must lie between 0 and 1024t"),
        ("limits", {"memory": "9999999t"}, "must lie between 0 and 1024t"),
        ("limits", {"memory": 1}, "must not be 1"),
        ("limits", {"cpus": 0}, "must not be 0"),
        ("limits", {"cpus": "2"}, "must be a number, not text"),
        ("limits", {"disk": "1g"}, "is not a known field"),
        ("retry", {"limit": -1}, "must not be -1"),
        ("retry", {"jitter": 2}, "must not be 2"),
        ("retry", 3, "must be a mapping"),
        ("mounts", [{"type": "nfs", "target": "/x"}], 'must not be "nfs"'),
        ("mounts", [{"type": "bind"}], "is required"),
        ("registry", {"username": "u"}, "is required"),
    ],
)
def test_each_field_is_refused_by_name(field: str, value: Any, message: str) -> None:
    ((path, said),) = told(of(job({"name": "a", "run": "true", field: value})))

    assert path.startswith(f"tasks[0].{field}")
    assert said == message


@pytest.mark.parametrize("document", [None, 5, "x", [], [{}]])
def test_what_is_no_mapping_is_no_job(document: Any) -> None:
    assert told(of(document)) == [("", "must be a mapping")]


def test_two_programs_are_told_beside_the_other_flaws() -> None:
    found = told(of(job({"name": "a", "run": "true", "cmd": ["x"], "priority": 10})))

    assert {path for path, _ in found} == {"tasks[0].cmd", "tasks[0].priority"}


def test_names_are_checked_across_tasks() -> None:
    intake = of(
        job(
            {"name": "a", "run": "true", "needs": ["a"]},
            {"name": "b", "run": "true", "needs": ["a", "zz"]},
            {"name": "a", "run": "true"},
        )
    )

    assert told(intake) == [
        ("tasks[0].needs[0]", "a task cannot need itself"),
        ("tasks[1].needs[1]", 'no task is named "zz"'),
        ("tasks[2].name", "is the name of tasks[0] already"),
    ]


def test_the_engine_looks_at_what_remains_of_a_flawed_document() -> None:
    problem = Problem(("tasks", 1, "container", "env", "A"), "bad template", "an expression")

    intake = of(
        job({"name": "a", "run": 5, "zzz9": 1}, {"name": "b", "run": "x", "env": {"A": "{{"}}),
        problem,
    )

    assert set(told(intake)) == {
        ("tasks[0].run", "must be text, not a number"),
        ("tasks[0].zzz9", "is not a known field"),
        ("tasks[1].env.A", "bad template"),
    }


def test_what_the_engine_says_of_a_field_that_is_wrong_already_is_left_out() -> None:
    intake = of(job({"name": "", "run": "x"}), Problem(("tasks", 0, "name"), "again"))

    assert told(intake) == [("tasks[0].name", "must not be empty")]


def test_the_engines_words_become_those_of_the_document() -> None:
    intake = of(
        job({"name": "a", "if": "{{", "mounts": [{"type": "bind", "target": "/x"}]}),
        Problem(("tasks", 0, "condition"), "1"),
        Problem(("tasks", 0, "container", "mounts", 0, "kind"), "2"),
    )

    assert told(intake) == [("tasks[0].if", "1"), ("tasks[0].mounts[0].type", "2")]


def test_a_problem_that_comes_from_the_defaults_is_shown_there() -> None:
    intake = of(
        job({"name": "a"}, {"name": "b", "image": "y"}, defaults={"image": "{{"}),
        Problem(("tasks", 0, "container", "image"), "bad"),
        Problem(("tasks", 1, "container", "image"), "bad"),
    )

    assert told(intake) == [("defaults.image", "bad"), ("tasks[1].image", "bad")]


def test_yaml_flaws_have_line_and_column() -> None:
    intake = of_yaml(
        "name: x\n"
        "tasks:\n"
        "  - name: a\n"
        "    timeout: -5s\n"
        "    needs: [zz]\n"
        "  - run: true\n"
        "    bogus: 1\n",
        Problem(("tasks", 0, "queue"), "inherited"),
    )

    places = {show_path(flaw.path): (flaw.line, flaw.column) for flaw in intake.flaws}
    assert places == {
        "tasks[0].timeout": (4, 5),
        "tasks[0].needs[0]": (5, 13),
        "tasks[1].name": (6, 5),
        "tasks[1].run": (6, 5),
        "tasks[1].bogus": (7, 5),
        "tasks[0].queue": (3, 5),
    }


def test_an_unreadable_document_is_told_with_its_place() -> None:
    (flaw,) = of_yaml("name: a: b").flaws

    assert (flaw.path, flaw.line) == ((), 1)


def test_no_more_flaws_are_told_than_help() -> None:
    intake = of(job(*({"name": 5} for _ in range(MOST_FLAWS * 2))))

    assert len(intake.flaws) == MOST_FLAWS


def test_a_name_that_is_too_long_to_repeat_is_cut() -> None:
    (told_of,) = told(of(job({"name": "a", "run": "x"}, **{"x" * 1_000_000: 1})))

    assert len(told_of[0]) <= 100


@pytest.mark.parametrize(
    "path",
    [
        ("tasks",),
        ("tasks", 0),
        ("tasks", 0, "mounts", 0),
        ("tasks", 0, "registry"),
        ("defaults",),
        ("name",),
    ],
)
@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [None], {"x": {}}])
def test_nonsense_anywhere_is_refused_and_breaks_nothing(path: Path, value: Any) -> None:
    document: Any = job(
        {
            "name": "a",
            "mounts": [{"type": "tmpfs", "target": "/x"}],
            "registry": {"username": "u", "password": "p"},
        },
        defaults={"image": "y"},
    )
    around = document
    for step in path[:-1]:
        around = around[step]
    around[path[-1]] = value

    intake = take(Body(Format.JSON, json.dumps(document).encode()), nothing)

    assert (intake.spec is None) == bool(intake.flaws)
