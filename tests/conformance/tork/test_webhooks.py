"""Webhooks, as whoever receives those of Tork knows them."""

from typing import Any

import pytest

from tests.conformance.tork import golden
from tests.support.deliveries import deliver
from tests.support.fleet import Fleet, progressed
from tests.support.http import Client
from tests.support.receiver import Receiver, receiver
from tests.support.tork import a_task, hooked
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.store.db import Database

__all__ = ["receiver"]
pytestmark = [pytest.mark.postgres, pytest.mark.redis]


FILM = {"name": "film", "tags": ["t"], "inputs": {"a": "<b>"}, "output": "{{ tasks.x }}"}
FILM_TASKS = (a_task("one", var="x"), a_task("two"))


def check(name: str, receiver: Receiver) -> None:
    golden.check(name, b"".join(receiver.bodies).decode())


@pytest.mark.parametrize("event", [{}, {"event": ""}, {"event": "job.StateChange"}])
def test_a_job_is_pending_then_running_then_over(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver, event: Any
) -> None:
    hooked(client, receiver.url, *FILM_TASKS, job=FILM, **event)
    fleet.run(outputs={"one": "done"})
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "COMPLETED"]
    check("webhook_job_states", receiver)


def test_bodies_are_the_same_when_they_are_told_at_once(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver.url, *FILM_TASKS, job=FILM)
    deliver(db)
    (one,) = fleet.dispatch()
    fleet.start(one)
    deliver(db)
    fleet.finish(one, exit_code=0, output="done")
    fleet.run()
    deliver(db)
    check("webhook_job_states", receiver)


def test_a_task_is_scheduled_then_running_then_over(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    task = a_task("one", var="x", description="d", tags=["io"])
    hooked(client, receiver.url, task, event="task.StateChange")
    fleet.run(outputs={"one": "done"})
    deliver(db)
    assert receiver.states == ["SCHEDULED", "RUNNING", "COMPLETED"]
    check("webhook_task_states", receiver)


def test_what_failed_says_why_and_what_is_never_reached_says_nothing(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver.url, a_task("one"), a_task("two"), event="task.StateChange")
    hooked(client, receiver.url, a_task("one"), a_task("two"))
    fleet.run(failing=["one"])
    deliver(db)
    ends = [body for body in receiver.told if body["state"] == "FAILED"]
    assert len(ends) == 2
    assert {"ended with 1" in body["error"] for body in ends} == {True}
    assert {body["name"] for body in receiver.told if "jobId" in body} == {"one"}


def test_a_skipped_task_is_told_of_once(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    skipped = a_task("never", **{"if": "{{ false }}"})
    hooked(client, receiver.url, skipped, a_task("last"), event="task.StateChange")
    fleet.run()
    deliver(db)
    assert [body["name"] for body in receiver.told if body["state"] == "SKIPPED"] == ["never"]


def test_a_job_that_nothing_ran_for_was_running_too(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver.url, a_task("never", **{"if": "{{ false }}"}))
    fleet.run()
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "COMPLETED"]


def test_a_job_whose_output_fails_has_failed(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver.url, job={"output": "{{ fromJSON('x') }}"})
    fleet.run()
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "FAILED"]
    assert receiver.told[-1]["error"]


def test_composites_change_once_each(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    both = {"name": "both", "parallel": {"tasks": [a_task("a"), a_task("b")]}}
    hooked(client, receiver.url, both, event="task.StateChange")
    fleet.run()
    deliver(db)
    of_both = [body["state"] for body in receiver.told if body["name"] == "both"]
    assert of_both == ["RUNNING", "COMPLETED"]


def test_a_job_gets_on_with_every_task_of_its_own_and_with_what_they_say(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    parts = {"name": "both", "parallel": {"tasks": [a_task("a"), a_task("b")]}}
    hooked(client, receiver.url, a_task("one"), parts, event="job.Progress")
    (one,) = fleet.dispatch()
    fleet.start(one)
    apply(db, fleet.signals, [progressed(one, 50.0)])
    fleet.finish(one, exit_code=0)
    fleet.run()
    deliver(db)
    assert [(body["position"], body["progress"]) for body in receiver.told] == [
        (1, 25),
        (2, 50),
        (3, 100),
    ]
    assert set(receiver.states) == {"RUNNING"}
    check("webhook_job_progress", receiver)


def test_a_task_tells_how_far_it_is(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver.url, event="task.Progress")
    (task,) = fleet.dispatch()
    fleet.start(task)
    for percent in (10.5, 80.0):
        apply(db, fleet.signals, [progressed(task, percent)])
    fleet.finish(task, exit_code=0, output="x")
    deliver(db)
    assert [body["progress"] for body in receiver.told] == [10.5, 80]
    check("webhook_task_progress", receiver)


def test_a_cancelled_job_is_cancelled_once(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    id = hooked(client, receiver.url)["id"]
    (task,) = fleet.dispatch()
    fleet.start(task)
    for _ in range(2):
        client.put(f"/jobs/{id}/cancel")
    fleet.fail(task)
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "CANCELLED"]
    assert "context canceled" not in b"".join(receiver.bodies).decode()


def test_a_job_that_is_restarted_runs_again(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    id = hooked(client, receiver.url, a_task("one"))["id"]
    fleet.run(failing=["one"])
    assert client.put(f"/jobs/{id}/restart").status_code == 200
    fleet.run()
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "FAILED", "RUNNING", "COMPLETED"]
