"""What can be wrong with steps and sidecars, and what becomes of their templates."""

from tests.support.builders import a_job, a_task
from windlass.coordinator.engine import context
from windlass.coordinator.engine.check import problems
from windlass.coordinator.engine.resolve import resolve
from windlass.shared.spec import Container, Probe, Sidecar, Step

ASKED = "{{ inputs.x }}"


def test_steps_and_sidecars_are_checked_where_they_are() -> None:
    task = a_task(
        "a",
        pre=(Step(name="", container=Container(run="true")),),
        post=(Step(name="p", container=Container()),),
        sidecars=(
            Sidecar(name="s", container=Container(image="x"), probe=Probe(path="x", port=0)),
        ),
    )

    assert [problem.path for problem in problems(a_job(task))] == [
        ("tasks", 0, "pre", 0, "name"),
        ("tasks", 0, "post", 0, "container"),
        ("tasks", 0, "sidecars", 0, "probe", "path"),
        ("tasks", 0, "sidecars", 0, "probe", "port"),
    ]


def test_a_template_in_a_step_that_cannot_be_read_is_told() -> None:
    step = Step(name="p", container=Container(run="true", env={"A": "{{ 1 + }}"}))

    (problem,) = problems(a_job(a_task("a", post=(step,))))

    assert problem.path == ("tasks", 0, "post", 0, "container", "env", "A")


def test_templates_of_steps_are_resolved_and_those_of_sidecars_are_not() -> None:
    container = Container(image=ASKED, cmd=(ASKED,), env={"A": ASKED})
    step = Step(name=ASKED, container=container)
    sidecar = Sidecar(name=ASKED, container=container)
    task = a_task("a", pre=(step,), post=(step,), sidecars=(sidecar,))

    resolved = resolve(task, {"inputs": {"x": "y"}})

    wanted = Step(name="y", container=Container(image="y", cmd=("y",), env={"A": "y"}))
    assert context.is_templated(task)
    assert (resolved.pre, resolved.post) == ((wanted,), (wanted,))
    assert resolved.sidecars == (sidecar,)
