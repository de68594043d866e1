import pytest

from tests.support.builders import a_task, submitted
from tests.support.composites import an_item, for_each, said, side_by_side
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, states_of, tasks_of
from windlass.coordinator.engine import halt
from windlass.coordinator.engine.ports import Away
from windlass.coordinator.store.db import Database
from windlass.shared.lease import Standing, Verdict
from windlass.shared.spec import Retry
from windlass.shared.states import Reason


def test_tasks_run_side_by_side_and_what_needs_them_follows(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, side_by_side(a_task("a"), a_task("b")), a_task("after", [0]))

    assert len(fleet.dispatch()) == 2
    assert states_of(db, id) == {
        "all": "active",
        "after": "waiting",
        "a": "active",
        "b": "active",
    }
    fleet.finish(*[attempt["id"] for attempt in attempts_of(db, id)], exit_code=0)
    fleet.run()

    job = job_of(db, id)
    assert (job["state"], job["total"], job["ended"]) == ("completed", 2, 2)
    assert set(states_of(db, id).values()) == {"completed"}


def test_every_element_of_a_list_gets_a_run_that_sees_it(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(
        db,
        for_each("{{ fromJSON(inputs.names) }}", an_item()),
        inputs={"names": '["x", {"y": 1}, 3]'},
    )

    fleet.run()

    assert said(db, id) == ["0=x", "1=map[y:1]", "2=3"]
    assert job_of(db, id)["state"] == "completed"
    assert tasks_of(db, id)[0]["progress"] == 100


def test_elements_are_never_evaluated_themselves(db: Database) -> None:
    id = submitted(
        db,
        for_each("fromJSON(inputs.names)", an_item("{{ item.value }}")),
        inputs={"names": '["{{ 1 + 1 }}"]'},
    )

    Fleet(db).run()

    assert said(db, id) == ["{{ 1 + 1 }}"]


@pytest.mark.parametrize("list", ["[]", "{{ 1..0 }}"])
def test_an_empty_list_completes_at_once(db: Database, list: str) -> None:
    fleet, id = Fleet(db), submitted(db, for_each(list, an_item()), a_task("after", [0]))

    fleet.run()

    assert states_of(db, id) == {"each": "completed", "after": "completed"}


def test_what_is_no_list_fails_the_task(db: Database) -> None:
    id = submitted(db, for_each("{{ 'five' }}", an_item()))

    Fleet(db).run()

    assert tasks_of(db, id)[0]["error"] == "each.list does not evaluate to a list"
    assert job_of(db, id)["state"] == "failed"


def test_only_so_many_run_at_once_in_the_order_of_the_list(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, for_each("{{ 1..5 }}", an_item(), concurrency=2))

    first = fleet.dispatch()
    assert len(first) == 2
    fleet.finish(first[1], exit_code=0)
    assert len(fleet.dispatch()) == 1
    assert said(db, id) == ["0=1", "1=2", "2=3"]
    fleet.finish(first[0], exit_code=0)
    fleet.run()
    fleet.finish(*[row["id"] for row in attempts_of(db, id)], exit_code=0)
    fleet.run()

    assert said(db, id) == ["0=1", "1=2", "2=3", "3=4", "4=5"]
    assert job_of(db, id)["state"] == "completed"


def test_the_first_child_that_fails_ends_the_others_and_the_task(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, side_by_side(a_task("bad"), a_task("runs"), a_task("sent")), a_task("other"))
    fleet.dispatch()
    ids = {attempt["key"]: attempt["id"] for attempt in attempts_of(db, id)}
    fleet.start(ids["bad"], ids["runs"])
    fleet.fail(ids["bad"])

    assert (ids["runs"], Verdict.CANCEL) in fleet.signals.judged
    assert states_of(db, id)["sent"] == "cancelled"
    assert states_of(db, id)["all"] == "active"
    fleet.finish(ids["runs"], reason=Reason.CANCELLED)

    assert states_of(db, id) == {
        "all": "failed",
        "other": "active",
        "bad": "failed",
        "runs": "cancelled",
        "sent": "cancelled",
    }
    assert tasks_of(db, id)[0]["error"] == "ended with 1"
    fleet.finish(ids["other"], exit_code=0)
    job = job_of(db, id)
    assert (job["state"], job["failed"], job["error"]) == ("failed", 1, 'task "all": ended with 1')


def test_what_waits_behind_a_failed_child_is_stopped_by_the_loop_as_well(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, for_each("{{ 1..20 }}", an_item(), concurrency=3))
    (first, *others) = fleet.dispatch()
    for other in others:
        fleet.signals.known[other] = Standing("spent", "node-1")
    fleet.signals.away = True
    with pytest.raises(Away):
        fleet.fail(first)
    fleet.signals.away = False

    halt.carry_out(db, fleet.signals, 10)
    fleet.finish(*others, reason=Reason.CANCELLED)

    assert halt.carry_out(db, fleet.signals, 10) == 0
    states = [task["state"] for task in tasks_of(db, id)]
    assert states == ["failed", "failed", *["cancelled"] * 19]
    assert job_of(db, id)["state"] == "failed"


def test_a_child_that_shall_stop_is_not_tried_again(db: Database) -> None:
    fleet = Fleet(db)
    retry = Retry(limit=3, initial_delay=0)
    id = submitted(db, side_by_side(a_task("bad"), a_task("again", retry=retry)))
    fleet.dispatch()
    ids = {attempt["key"]: attempt["id"] for attempt in attempts_of(db, id)}
    fleet.start(*ids.values())
    fleet.fail(ids["bad"])

    fleet.fail(ids["again"])

    assert fleet.dispatch() == []
    assert job_of(db, id)["state"] == "failed"


def test_children_are_tried_again_and_may_be_allowed_to_fail(db: Database) -> None:
    fleet = Fleet(db)
    retry = Retry(limit=1, initial_delay=0)
    id = submitted(db, side_by_side(a_task("a", retry=retry, allow_failure=True), a_task("b")))

    fleet.run(failing=["a"])

    assert [row["number"] for row in attempts_of(db, id) if row["key"] == "a"] == [1, 2]
    assert states_of(db, id) == {"all": "completed", "a": "failed", "b": "completed"}
    assert job_of(db, id)["state"] == "completed"


def test_conditions_and_faults_of_children_count_as_those_of_others(db: Database) -> None:
    odd = an_item(condition="{{ item.value % 2 == 1 }}")
    skipping = submitted(db, for_each("{{ 1..3 }}", odd))
    faulty = submitted(db, side_by_side(a_task("bad", fault="unknown mount")))

    Fleet(db).run()

    assert [task["state"] for task in tasks_of(db, skipping)[1:]] == [
        "completed",
        "skipped",
        "completed",
    ]
    assert job_of(db, skipping)["state"] == "completed"
    assert job_of(db, faulty)["error"] == 'task "all": unknown mount'


def test_composites_are_nested_and_inner_ones_see_the_loops_around(db: Database) -> None:
    inner = for_each(
        "{{ item.value }}", an_item("{{ item.index }}{{ x.index }}:{{ x.value }}"), var="x"
    )
    id = submitted(
        db,
        for_each("{{ fromJSON(inputs.l) }}", side_by_side(inner, a_task("beside"))),
        inputs={"l": "[[1, 2], [3]]"},
    )

    Fleet(db).run()

    assert sorted(said(db, id)) == ["00:1", "01:2", "10:3"]
    job = job_of(db, id)
    assert (job["state"], job["total"], job["ended"]) == ("completed", 1, 1)


def test_a_failure_deep_inside_fails_every_composite_around_it(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, side_by_side(side_by_side(a_task("deep"), name="inner"), a_task("x")))

    fleet.run(failing=["deep"])

    assert states_of(db, id)["inner"] == "failed"
    assert tasks_of(db, id)[0]["error"] == "ended with 1"
    assert job_of(db, id)["state"] == "failed"


def test_results_of_children_are_seen_by_later_tasks(db: Database) -> None:
    child = an_item(var="out{{ item.index }}")
    after = a_task("after", [0], env={"SAID": "{{ tasks.out1 }}"})
    id = submitted(db, for_each("{{ 1..2 }}", child), after, lenient=True)

    Fleet(db).run(outputs={"item": "42"})

    assert said(db, id)[0] == "42"
