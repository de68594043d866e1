"""What webhooks are told of: progress, composites, further tries, sub-jobs."""

from typing import Any

import pytest

from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.deliveries import a_hooked_job, deliver, due
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet, progressed
from tests.support.receiver import Receiver, receiver
from windlass.coordinator.engine import browse, follow, subjobs
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.hooks import Event
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database
from windlass.shared.spec import Parallel, Retry, Subjob, TaskSpec, Webhook

__all__ = ["receiver"]
pytestmark = pytest.mark.postgres

DOCUMENT = '{"name": "job", "tasks": [{"name": "one", "run": "true"}]}'


def run(fleet: Fleet, **how: Any) -> None:
    """Until neither workers nor jobs wait for one another."""
    fleet.run(**how)
    while subjobs.follow(fleet.db, fleet.signals):
        fleet.run(**how)


def test_how_far_a_task_is_is_told_once_for_each_change(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, receiver.url, event="task.progress")
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    for percent in (25.0, 25.0, 62.5):
        apply(db, fleet.signals, [progressed(attempt, percent)])
    deliver(db)
    heard = receiver.told
    assert [one["task"]["progress"] for one in heard] == [25.0, 62.5]
    assert {(one["event"], one["state"]) for one in heard} == {("task.progress", "running")}


@pytest.mark.parametrize("event", [None, "job.state", "task.state"])
def test_progress_that_nobody_is_told_leaves_no_trace(db: Database, event: str | None) -> None:
    if event:
        a_hooked_job(db, "http://127.0.0.1:1/", event=event)
    else:
        submitted(db)
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    apply(db, fleet.signals, [progressed(attempt, 25.0)])
    with db.transaction() as tx:
        assert tx.all("SELECT id FROM history WHERE entity = 'progress'") == []


def test_progress_is_no_part_of_the_history_that_is_shown(db: Database) -> None:
    id = a_hooked_job(db, "http://127.0.0.1:1/", event="task.progress")
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    apply(db, fleet.signals, [progressed(attempt, 25.0)])
    assert {row.entity for row in browse.history(db, id)} == {"job", "task", "attempt"}
    assert {move.entity for move in follow.glance(db, id, 0).moves} == {"job", "task", "attempt"}


def test_a_task_that_is_tried_again_is_told_of_as_the_first_time(
    db: Database, receiver: Receiver
) -> None:
    hook = Webhook(url=receiver.url, event="task.state")
    retry = Retry(limit=1, initial_delay=0.0, jitter=0.0)
    spec = a_job(a_task("one", retry=retry), webhooks=(hook,))
    submit(db, FakeSignals(), a_submission(spec, door="tork", document=DOCUMENT))
    Fleet(db).run(failing=["one"])
    deliver(db)
    heard = receiver.told
    assert [one["state"] for one in heard] == ["SCHEDULED", "RUNNING", "FAILED"] * 2
    assert len({one["id"] for one in heard}) == 2


def test_composites_are_told_of_as_well_and_parts_are_no_progress(
    db: Database, receiver: Receiver
) -> None:
    parts = TaskSpec(name="all", parallel=Parallel(tasks=(a_task("a"), a_task("b"))))
    events: tuple[Event, ...] = ("task.state", "job.progress")
    hooks = tuple(Webhook(url=receiver.url, event=event) for event in events)
    submitted(db, parts, webhooks=hooks)
    Fleet(db).run()
    deliver(db)
    tasks = [(one["task"]["name"], one["state"]) for one in receiver.told if "task" in one]
    assert [state for name, state in tasks if name == "all"] == ["active", "completed"]
    assert [state for name, state in tasks if name == "a"] == ["active", "running", "completed"]
    assert [one["state"] for one in receiver.told if "task" not in one] == ["completed"]


def test_a_sub_job_tells_its_own_with_what_its_parent_made_of_them(
    db: Database, receiver: Receiver
) -> None:
    """Evaluated there and only there: what a header became may look like a template again."""
    hook = Webhook(url="{{ inputs.to }}", headers={"X-Say": "{{ inputs.say }}"})
    inner = a_job(a_task("in"), name="inner", secrets={"k": "hunter2"}, webhooks=(hook,))
    sub = TaskSpec(name="sub", subjob=Subjob(job=inner, document="{}"))
    submitted(db, sub, inputs={"to": receiver.url, "say": "{{ secrets.k }}"})
    run(Fleet(db))
    deliver(db)
    assert receiver.states == ["pending", "running", "completed"]
    assert {headers["X-Say"] for headers, _ in receiver.heard} == {"{{ secrets.k }}"}
    assert {one["job"]["name"] for one in receiver.told} == {"inner"}


def test_headers_see_what_tasks_have_left(db: Database, receiver: Receiver) -> None:
    hook = Webhook(url=receiver.url, headers={"X-Was": "{{ tasks.x }}"}, event="job.state")
    submitted(db, a_task("one", var="x"), webhooks=(hook,))
    Fleet(db).run(outputs={"one": "42"})
    deliver(db)
    assert receiver.heard[-1][0]["X-Was"] == "42"


def test_the_address_of_a_job_is_no_template(db: Database, receiver: Receiver) -> None:
    a_hooked_job(db, "http://{{inputs.a}}/")
    deliver(db)
    assert (receiver.heard, due(db)) == ([], 0)


def test_a_type_of_content_is_the_user_s_and_what_is_ours_is_not(
    db: Database, receiver: Receiver
) -> None:
    headers = {"content-type": "text/x", "windlass-delivery": "mine", "WINDLASS-SIGNATURE": "mine"}
    a_hooked_job(db, receiver.url, headers=headers)
    deliver(db)
    heard = {name.lower(): value for name, value in receiver.heard[0][0].items()}
    assert heard["content-type"] == "text/x"
    assert "mine" not in heard.values()
    assert "windlass-signature" not in heard


def test_a_task_whose_templates_are_wrong_is_told_of(db: Database, receiver: Receiver) -> None:
    hook = Webhook(url=receiver.url, event="task.state")
    submitted(db, a_task("{{ fromJSON('x') }}", key="bad"), webhooks=(hook,))
    Fleet(db).run()
    deliver(db)
    assert receiver.states == ["failed"]
