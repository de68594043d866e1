from collections.abc import Callable
from typing import Any

import pytest

from tests.support.builders import a_job, a_task
from windlass.coordinator.engine.check import problems
from windlass.coordinator.engine.errors import Problem
from windlass.shared.spec import JobSpec, Limits, Mount, Retry

NAN = float("nan")
HUGE = 1e300


def paths(spec: JobSpec) -> list[tuple[str | int, ...]]:
    return [problem.path for problem in problems(spec)]


def test_a_good_spec_has_no_problems() -> None:
    spec = a_job(
        a_task("a", var="x", retry=Retry(limit=3), limits=Limits(cpus=0.5, memory=64 << 20)),
        a_task("b", [0], condition="{{ tasks.x == '1' }}", queue="{{ inputs.queue }}"),
        output="{{ tasks.x }}",
    )

    assert problems(spec) == []


def test_all_problems_are_found_at_once() -> None:
    spec = a_job(a_task("", queue="a b"), a_task("b", [7], timeout=-1.0), name="", priority=10)

    assert paths(spec) == [
        ("name",),
        ("priority",),
        ("tasks", 0, "name"),
        ("tasks", 0, "queue"),
        ("tasks", 1, "container", "timeout"),
        ("tasks", 1, "needs", 0),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " "),
        ("name", "x" * 257),
        ("description", "x" * 10_001),
        ("queue", "{{ inputs.queue }}"),
        ("queue", ""),
        ("priority", -1),
        ("priority", 10),
        ("timeout", 0.0),
        ("timeout", -1.0),
        ("timeout", HUGE),
        ("timeout", NAN),
        ("output", "{{ 1 + }}"),
        ("output", "{{ nobody }}"),
    ],
)
def test_a_job_names_the_field_that_is_wrong(field: str, value: object) -> None:
    assert paths(a_job(a_task(), **{field: value})) == [(field,)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": "x" * 257}, ("name",)),
        ({"key": "x" * 257}, ("key",)),
        ({"queue": "no/such"}, ("queue",)),
        ({"queue": "{{ inputs. }}"}, ("queue",)),
        ({"priority": 11}, ("priority",)),
        ({"var": "1x"}, ("var",)),
        ({"var": "a-b"}, ("var",)),
        ({"var": ""}, ("var",)),
        ({"tags": ("ok", "")}, ("tags", 1)),
        ({"tags": ("x",) * 101}, ("tags",)),
        ({"condition": "{{ 1 + }}"}, ("condition",)),
        ({"retry": Retry(limit=-1)}, ("retry", "limit")),
        ({"retry": Retry(limit=101)}, ("retry", "limit")),
        ({"retry": Retry(initial_delay=-1.0)}, ("retry", "initial_delay")),
        ({"retry": Retry(scaling_factor=NAN)}, ("retry", "scaling_factor")),
        ({"retry": Retry(max_delay=HUGE)}, ("retry", "max_delay")),
        ({"retry": Retry(jitter=1.1)}, ("retry", "jitter")),
        ({"image": None, "run": None}, ("container",)),
        ({"image": ""}, ("container", "image")),
        ({"run": "\n"}, ("container", "run")),
        ({"cmd": ("",)}, ("container", "cmd", 0)),
        ({"cmd": ("echo", "{{ }}")}, ("container", "cmd", 1)),
        ({"entrypoint": ("", "x")}, ("container", "entrypoint", 0)),
        ({"env": {"A=B": "x"}}, ("container", "env", "A=B")),
        ({"env": {"": "x"}}, ("container", "env", "")),
        ({"env": {"A": "{{ ( }}"}}, ("container", "env", "A")),
        ({"files": {"../x": ""}}, ("container", "files", "../x")),
        ({"files": {"/etc/x": ""}}, ("container", "files", "/etc/x")),
        ({"files": {"": ""}}, ("container", "files", "")),
        ({"workdir": ""}, ("container", "workdir")),
        ({"timeout": 0.0}, ("container", "timeout")),
        ({"timeout": HUGE}, ("container", "timeout")),
        ({"grace": -1.0}, ("container", "grace")),
        ({"grace": 3601.0}, ("container", "grace")),
        ({"shm": 0}, ("container", "shm")),
        ({"limits": Limits(cpus=0.0)}, ("container", "limits", "cpus")),
        ({"limits": Limits(cpus=NAN)}, ("container", "limits", "cpus")),
        ({"limits": Limits(memory=-1)}, ("container", "limits", "memory")),
        ({"limits": Limits(memory=1024)}, ("container", "limits", "memory")),
        ({"limits": Limits(memory=1 << 60)}, ("container", "limits", "memory")),
        ({"mounts": (Mount(kind="volume", target="x"),)}, ("container", "mounts", 0, "target")),
        ({"mounts": (Mount(kind="volume", target="/"),)}, ("container", "mounts", 0, "target")),
        ({"mounts": (Mount(kind="bind", target="/x"),)}, ("container", "mounts", 0, "source")),
        (
            {"mounts": (Mount(kind="volume", target="/x", source="../y"),)},
            ("container", "mounts", 0, "source"),
        ),
        (
            {"mounts": (Mount(kind="tmpfs", target="/x", source="/y"),)},
            ("container", "mounts", 0, "source"),
        ),
        (
            {"mounts": (Mount(kind="tmpfs", target="/x", size=0),)},
            ("container", "mounts", 0, "size"),
        ),
    ],
)
def test_a_task_names_the_field_that_is_wrong(
    fields: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    task = a_task(**{"name": "task", **fields})

    assert paths(a_job(task)) == [("tasks", 0, *path)]


def test_a_job_without_tasks_is_refused() -> None:
    spec = JobSpec(name="job", tasks=())

    assert paths(spec) == [("tasks",)]


def test_names_and_vars_are_taken_once() -> None:
    spec = a_job(a_task("a", var="x"), a_task("b", var="x"), a_task("a"))

    assert paths(spec) == [("tasks", 2, "name"), ("tasks", 1, "var")]


def test_names_that_only_evaluate_to_the_same_are_no_problem() -> None:
    spec = a_job(a_task("{{ inputs.x }}", key="a"), a_task("{{ inputs.x }}", key="b"))

    assert problems(spec) == []


@pytest.mark.parametrize(
    ("needs", "path"),
    [
        ((2,), ("tasks", 1, "needs", 0)),
        ((-1,), ("tasks", 1, "needs", 0)),
        ((0, 1), ("tasks", 1, "needs", 1)),
        ((0, 0), ("tasks", 1, "needs")),
    ],
)
def test_needs_point_at_other_tasks_once(
    needs: tuple[int, ...], path: tuple[str | int, ...]
) -> None:
    assert paths(a_job(a_task("a"), a_task("b", needs))) == [path]


def test_a_circle_is_told_by_its_names() -> None:
    spec = a_job(
        a_task("free"),
        a_task("a", [2]),
        a_task("b", [0, 3]),
        a_task("c", [1]),
        a_task("behind", [1]),
    )

    assert problems(spec) == [
        Problem(("tasks", 1, "needs"), "need each other in a circle: a → b → c → a", "no circles")
    ]


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda text: a_job(a_task(), description=text), ("description",)),
        (lambda text: a_job(a_task(), metadata={"k": text}), ("metadata", "k")),
        (lambda text: a_job(a_task(run=text)), ("tasks", 0, "container", "run")),
        (
            lambda text: a_job(a_task(files={"f": text})),
            ("tasks", 0, "container", "files", "f"),
        ),
        (lambda text: a_job(a_task(cmd=("x", text))), ("tasks", 0, "container", "cmd", 1)),
    ],
)
def test_text_that_cannot_be_stored_is_found_anywhere(
    make: Callable[[str], JobSpec], path: tuple[str | int, ...], text: str
) -> None:
    assert paths(make(text)) == [path]


def test_a_problem_can_always_be_shown() -> None:
    spec = a_job(a_task("\ud800", queue="\0", env={"=\udfff": ""}))

    for problem in problems(spec):
        assert str(problem).encode()


def test_text_that_merely_looks_like_an_escape_is_fine() -> None:
    assert problems(a_job(a_task(run="printf '\\u0000'"))) == []


def test_a_flood_of_problems_is_cut_short() -> None:
    spec = a_job(*(a_task(str(i), timeout=-1.0) for i in range(1_500)))

    found = problems(spec)

    assert len(found) == 1_001
    assert found[-1].message == "and 500 more problems"


def test_more_tasks_than_allowed_are_refused() -> None:
    task = a_task()
    spec = JobSpec(name="job", tasks=(task,) * 100_001)

    assert paths(spec) == [("tasks",)]


def test_a_long_chain_is_no_problem_and_a_long_circle_is_told_in_short() -> None:
    size = 20_000
    chain = [a_task(str(i), [i - 1] if i else []) for i in range(size)]

    assert problems(a_job(*chain)) == []

    (problem,) = problems(a_job(a_task("0", [size - 1]), *chain[1:]))
    assert problem.message.endswith(f"… ({size} tasks)")
