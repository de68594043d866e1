import pytest

from tests.support.builders import a_task, submitted
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, row, states_of, tasks_of
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.spec import Retry


def test_a_task_starts_when_the_last_it_needs_has_completed(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a"), a_task("b", [0]), a_task("c", [0]), a_task("d", [1, 2]))

    fleet.finish(*fleet.dispatch(), exit_code=0)
    assert states_of(db, id) == {"a": "completed", "b": "active", "c": "active", "d": "waiting"}
    first, second = fleet.dispatch()
    fleet.finish(first, exit_code=0)
    assert states_of(db, id)["d"] == "waiting"
    fleet.finish(second, exit_code=0)

    assert states_of(db, id)["d"] == "active"


def test_what_needs_a_failed_task_is_skipped_and_the_rest_goes_on(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(
        db,
        a_task("bad"),
        a_task("child", [0]),
        a_task("grandchild", [1, 3]),
        a_task("good"),
        a_task("next", [3]),
    )

    fleet.run(failing=["bad"])

    assert states_of(db, id) == {
        "bad": "failed",
        "child": "skipped:upstream",
        "grandchild": "skipped:upstream",
        "good": "completed",
        "next": "completed",
    }
    job = job_of(db, id)
    assert (job["state"], job["ended"], job["failed"]) == ("failed", 5, 1)


def test_an_allowed_failure_lets_others_go_on(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", allow_failure=True), a_task("b", [0]))

    fleet.run(failing=["a"])

    assert states_of(db, id) == {"a": "failed", "b": "completed"}
    assert (job_of(db, id)["state"], job_of(db, id)["failed"]) == ("completed", 0)


def test_a_skipped_task_lets_others_go_on(db: Database) -> None:
    id = submitted(
        db,
        a_task("a", condition="{{ inputs.go == 'yes' }}"),
        a_task("b", [0], condition=" false "),
        a_task("c", [1]),
        inputs={"go": "no"},
    )

    assert states_of(db, id) == {
        "a": "skipped:condition",
        "b": "skipped:condition",
        "c": "active",
    }


def test_a_job_of_which_everything_is_skipped_completes_at_once(db: Database) -> None:
    id = submitted(db, a_task("a", condition="false"), a_task("b", [0], condition="false"))

    assert job_of(db, id)["state"] == "completed"


def test_outputs_go_into_the_expressions_of_later_tasks(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(
        db,
        a_task("count", var="lines"),
        a_task(
            "{{ tasks.lines }} lines",
            [0],
            env={"LINES": "{{ tasks.lines }}", "WHO": "{{ inputs.who }}", "JOB": "{{ job.name }}"},
            image="{{ inputs.image }}",
            cmd=("echo", "{{ tasks.lines }}"),
            run=None,
            queue="{{ inputs.queue }}",
        ),
        inputs={"who": "{{ tasks.lines }}", "image": "alpine", "queue": "gpu"},
    )

    fleet.run(outputs={"count": "7"})

    attempt = attempts_of(db, id)[1]
    order = messages.decode(attempt["message"])
    assert order.container.env == {"LINES": "7", "WHO": "{{ tasks.lines }}", "JOB": "job"}
    assert (order.container.image, order.container.cmd) == ("alpine", ("echo", "7"))
    assert (attempt["queue"], order.queue) == ("gpu", "gpu")
    assert tasks_of(db, id)[1]["name"] == "7 lines"


def test_an_expression_that_fails_fails_its_task(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(
        db,
        a_task("a", env={"X": "{{ fromJSON(inputs.broken).x }}"}),
        a_task("b", [0]),
        inputs={"broken": "{"},
    )

    fleet.run()

    assert states_of(db, id) == {"a": "failed", "b": "skipped:upstream"}
    assert tasks_of(db, id)[0]["reason"] == "template"
    assert job_of(db, id)["state"] == "failed"


def test_an_expression_that_names_no_queue_fails_its_task(db: Database) -> None:
    id = submitted(db, a_task(queue="{{ inputs.queue }}"), inputs={"queue": "no such\nqueue"})

    (task,) = tasks_of(db, id)
    assert (task["state"], task["reason"]) == ("failed", "template")


def test_the_output_of_a_job_is_made_of_its_tasks(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", var="x"), output="{{ tasks.x }}!")

    fleet.run(outputs={"a": "done"})

    assert job_of(db, id)["output"] == "done!"


def test_an_output_that_cannot_be_made_fails_the_job(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a", var="x"), output="{{ fromJSON(tasks.x) }}")

    fleet.run(outputs={"a": "{"})

    job = job_of(db, id)
    assert (job["state"], job["reason"]) == ("failed", "template")
    assert job["error"].startswith("output: ")


def test_fail_fast_stops_what_waits_and_tells_what_runs(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(
        db,
        a_task("bad"),
        a_task("running"),
        a_task("late", [1]),
        fail_fast=True,
    )
    bad, running = sorted(fleet.dispatch())
    fleet.start(bad, running)

    fleet.fail(bad)

    assert states_of(db, id) == {"bad": "failed", "running": "active", "late": "cancelled"}
    assert row(db, "attempt", running)["cancelling"]
    fleet.fail(running, code=143)
    job = job_of(db, id)
    assert (job["state"], job["reason"]) == ("failed", "task_failed")
    assert job["error"] == 'task "bad": ended with 1'


@pytest.mark.parametrize("first", [True, False])
def test_of_two_failures_that_come_apart_the_first_is_named(db: Database, first: bool) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b"))
    attempts = {attempt["key"]: attempt["id"] for attempt in attempts_of(db, id)}
    order = ["a", "b"] if first else ["b", "a"]
    fleet.dispatch()

    for key in order:
        fleet.fail(attempts[key])

    assert job_of(db, id)["error"] == f'task "{order[0]}": ended with 1'


def test_a_fan_in_of_hundreds_starts_once(db: Database) -> None:
    fleet, width = Fleet(db), 300
    tasks = [a_task(str(i)) for i in range(width)]
    id = submitted(db, *tasks, a_task("join", range(width)))

    fleet.run()

    assert {*states_of(db, id).values()} == {"completed"}
    assert len(attempts_of(db, id)) == width + 1


def test_a_faulty_task_fails_in_its_own_words_once_its_turn_comes(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a"), a_task("b", [0], fault="no such thing", retry=Retry(limit=3)))
    assert states_of(db, id) == {"a": "active", "b": "waiting"}

    fleet.run()

    task = tasks_of(db, id)[1]
    assert (task["state"], task["reason"], task["error"]) == ("failed", "setup", "no such thing")
    assert [attempt["key"] for attempt in attempts_of(db, id)] == ["a"]
    assert job_of(db, id)["state"] == "failed"


def test_a_faulty_task_whose_condition_is_false_is_skipped(db: Database) -> None:
    id = submitted(db, a_task("a", fault="no such thing", condition="false"))
    assert states_of(db, id) == {"a": "skipped:condition"}


def test_a_lenient_job_is_taken_and_fails_where_its_template_is_wrong(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a"), a_task("b", [0], env={"A": "{{ a b }}"}), lenient=True)

    fleet.run()

    task = tasks_of(db, id)[1]
    assert (task["state"], task["reason"]) == ("failed", "template")
    assert task["error"].startswith("error compiling expression: a b: unexpected token")


def test_of_two_tasks_with_one_var_the_later_output_counts(db: Database) -> None:
    fleet = Fleet(db)
    use = a_task("c", [1], env={"A": "{{ tasks.v }}"})
    id = submitted(db, a_task("a", var="v"), a_task("b", [0], var="v"), use, lenient=True)

    for output in ("first", "second"):
        fleet.finish(*fleet.dispatch(), exit_code=0, output=output)

    *_, attempt = attempts_of(db, id)
    assert messages.decode(attempt["message"]).container.env == {"A": "second"}
