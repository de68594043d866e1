"""Webhooks, as whoever receives those of Tork knows them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.tork import golden
from tests.support.deliveries import deliver, due, time_passes
from tests.support.fleet import Fleet, progressed
from tests.support.http import Client
from tests.support.receiver import Receiver, a_receiver
from tests.support.tork import a_job, a_task, message, posted
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.subjobs import follow
from windlass.coordinator.store.db import Database

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as receiver:
        yield receiver


def hooked(client: Client, receiver: Receiver, *tasks: Any, job: Any = None, **hook: Any) -> Any:
    return posted(client, *tasks, webhooks=[{"url": receiver.url, **hook}], **(job or {}))


def told(receiver: Receiver) -> list[Any]:
    return [json.loads(body) for body in receiver.bodies]


def states(receiver: Receiver) -> list[str]:
    return [body["state"] for body in told(receiver)]


def check(name: str, receiver: Receiver) -> None:
    golden.check(name, b"".join(receiver.bodies).decode())


@pytest.mark.parametrize("event", [{}, {"event": ""}, {"event": "job.StateChange"}])
def test_a_job_is_pending_then_running_then_over(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver, event: Any
) -> None:
    job = {"name": "film", "tags": ["t"], "inputs": {"a": "<b>"}, "output": "{{ tasks.x }}"}
    hooked(client, receiver, a_task("one", var="x"), a_task("two"), job=job, **event)
    fleet.run(outputs={"one": "done"})
    deliver(db)
    assert states(receiver) == ["PENDING", "RUNNING", "COMPLETED"]
    check("webhook_job_states", receiver)


def test_bodies_are_the_same_when_they_are_told_at_once(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    job = {"name": "film", "tags": ["t"], "inputs": {"a": "<b>"}, "output": "{{ tasks.x }}"}
    hooked(client, receiver, a_task("one", var="x"), a_task("two"), job=job)
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
    hooked(client, receiver, task, event="task.StateChange")
    fleet.run(outputs={"one": "done"})
    deliver(db)
    assert states(receiver) == ["SCHEDULED", "RUNNING", "COMPLETED"]
    check("webhook_task_states", receiver)


def test_what_failed_says_why_and_what_is_never_reached_says_nothing(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver, a_task("one"), a_task("two"), event="task.StateChange")
    hooked(client, receiver, a_task("one"), a_task("two"))
    fleet.run(failing=["one"])
    deliver(db)
    ends = [body for body in told(receiver) if body["state"] == "FAILED"]
    assert len(ends) == 2
    assert {"ended with 1" in body["error"] for body in ends} == {True}
    assert {body["name"] for body in told(receiver) if "jobId" in body} == {"one"}


def test_a_skipped_task_is_told_of_once(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    skipped = a_task("never", **{"if": "{{ false }}"})
    hooked(client, receiver, skipped, a_task("last"), event="task.StateChange")
    fleet.run()
    deliver(db)
    assert [body["name"] for body in told(receiver) if body["state"] == "SKIPPED"] == ["never"]


def test_composites_change_once_each(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    both = {"name": "both", "parallel": {"tasks": [a_task("a"), a_task("b")]}}
    hooked(client, receiver, both, event="task.StateChange")
    fleet.run()
    deliver(db)
    of_both = [body["state"] for body in told(receiver) if body["name"] == "both"]
    assert of_both == ["RUNNING", "COMPLETED"]


def test_a_job_gets_on_with_every_task_of_its_own_and_with_what_they_say(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    parts = {"name": "both", "parallel": {"tasks": [a_task("a"), a_task("b")]}}
    hooked(client, receiver, a_task("one"), parts, event="job.Progress")
    (one,) = fleet.dispatch()
    fleet.start(one)
    apply(db, fleet.signals, [progressed(one, 50.0)])
    fleet.finish(one, exit_code=0)
    fleet.run()
    deliver(db)
    assert [(body["position"], body["progress"]) for body in told(receiver)] == [
        (1, 25),
        (2, 50),
        (3, 100),
    ]
    assert set(states(receiver)) == {"RUNNING"}
    check("webhook_job_progress", receiver)


def test_a_task_tells_how_far_it_is(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hooked(client, receiver, event="task.Progress")
    (task,) = fleet.dispatch()
    fleet.start(task)
    for percent in (10.5, 80.0):
        apply(db, fleet.signals, [progressed(task, percent)])
    fleet.finish(task, exit_code=0, output="x")
    deliver(db)
    assert [body["progress"] for body in told(receiver)] == [10.5, 80]
    check("webhook_task_progress", receiver)


def test_a_cancelled_job_is_cancelled_once(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    id = hooked(client, receiver)["id"]
    (task,) = fleet.dispatch()
    fleet.start(task)
    for _ in range(2):
        client.put(f"/jobs/{id}/cancel")
    fleet.fail(task)
    deliver(db)
    assert states(receiver) == ["PENDING", "RUNNING", "CANCELLED"]
    assert "context canceled" not in b"".join(receiver.bodies).decode()


def test_a_job_that_is_restarted_runs_again(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    id = hooked(client, receiver, a_task("one"))["id"]
    fleet.run(failing=["one"])
    assert client.put(f"/jobs/{id}/restart").status_code == 200
    fleet.run()
    deliver(db)
    assert states(receiver) == ["PENDING", "RUNNING", "FAILED", "RUNNING", "COMPLETED"]


@pytest.mark.parametrize("event", ["job.Statechange", "task.Started", "*"])
def test_events_that_nobody_knows_are_taken_and_never_come(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver, event: str
) -> None:
    id = hooked(client, receiver, event=event)["id"]
    fleet.run()
    deliver(db)
    assert receiver.heard == []
    assert client.get(f"/jobs/{id}").json["webhooks"][0]["event"] == event


CONDITIONS = {
    "job.State == 'COMPLETED'": ["COMPLETED"],
    "{{ job.State in ['PENDING', 'COMPLETED'] }}": ["PENDING", "COMPLETED"],
    "job.Name == 'job' && job.Position == 0": ["PENDING"],
    "job.state == 'COMPLETED'": [],
    "job.Name": [],
    "task.State == 'RUNNING'": [],
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_see_a_job_under_go_s_names(
    client: Client, db: Database, receiver: Receiver, condition: str
) -> None:
    hooked(client, receiver, **{"if": condition})
    Fleet(db).run()
    deliver(db)
    assert states(receiver) == CONDITIONS[condition]


def test_conditions_of_news_of_tasks_see_both(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    condition = "task.State == 'RUNNING' && job.Name == 'job'"
    hooked(client, receiver, event="task.StateChange", **{"if": condition})
    fleet.run()
    deliver(db)
    assert states(receiver) == ["RUNNING"]


def test_a_condition_that_is_none_is_refused(client: Client, receiver: Receiver) -> None:
    hook = {"url": receiver.url, "if": "job.State =="}
    status, text = message(client.post("/jobs", json=a_job(webhooks=[hook])))
    assert (status, "Job.Webhooks[0].If" in text, "'expr' tag" in text) == (400, True, True)


def test_headers_are_evaluated_and_one_that_cannot_be_is_empty(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    headers = {
        "Authorization": "Bearer {{ secrets.token }}",
        "X-Job": "{{ job.name }} {{ inputs.a }}",
        "X-Got": "{{ tasks.x }}",
        "X-Bad": "{{ nothing( }}",
    }
    job = {"secrets": {"token": "hunter2"}, "inputs": {"a": "b"}}
    id = hooked(client, receiver, a_task("one", var="x"), job=job, headers=headers)["id"]
    fleet.run(outputs={"one": "42"})
    deliver(db)
    heard = receiver.heard[-1][0]
    assert heard["Content-Type"] == "application/json; charset=UTF-8"
    assert [heard[name] for name in headers] == ["Bearer hunter2", "job b", "42", ""]
    assert "hunter2" not in client.get(f"/jobs/{id}").text


def test_nothing_secret_is_told(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    job = {
        "secrets": {"key": "hunter2"},
        "inputs": {"DB_PASSWORD": "swordfish", "said": "hunter2!"},
        "output": "{{ tasks.x }}",
    }
    for event in ("job.StateChange", "job.Progress", "task.StateChange"):
        hooked(client, receiver, a_task("one", var="x"), job=job, event=event)
    fleet.run(outputs={"one": "it is hunter2"})
    deliver(db)
    everything = b"".join(receiver.bodies).decode()
    assert "hunter2" not in everything
    assert "swordfish" not in everything
    assert "it is [REDACTED]" in everything


def test_a_sub_job_tells_of_itself_to_where_its_parent_said(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    hook = {"url": "{{ inputs.to }}", "headers": {"X-From": "{{ job.name }}"}}
    sub = {"name": "inner", "tasks": [a_task("in")], "webhooks": [hook]}
    posted(client, {"name": "sub", "subjob": sub}, name="outer", inputs={"to": receiver.url})
    fleet.run()
    while follow(db, fleet.signals):
        fleet.run()
    deliver(db)
    assert states(receiver) == ["PENDING", "RUNNING", "COMPLETED"]
    assert {body["name"] for body in told(receiver)} == {"inner"}
    assert {bool(body["parentId"]) for body in told(receiver)} == {True}
    assert {headers["X-From"] for headers, _ in receiver.heard} == {"outer"}


def test_who_is_busy_is_tried_five_times_with_the_same_delivery(
    client: Client, db: Database, receiver: Receiver
) -> None:
    receiver.statuses = [503] * 10
    hooked(client, receiver)
    for _ in range(7):
        deliver(db)
        time_passes(db)
    assert len(receiver.heard) == 5
    assert len({headers["Windlass-Delivery"] for headers, _ in receiver.heard}) == 1
    assert len(set(receiver.bodies)) == 1
    assert due(db) == 0


@pytest.mark.parametrize("url", ["ftp://x/", "no url", "http://", "http://[::1/"])
def test_addresses_that_lead_nowhere_are_taken(
    client: Client, fleet: Fleet, db: Database, url: str
) -> None:
    posted(client, webhooks=[{"url": url}])
    fleet.run()
    deliver(db)
    assert client.get("/jobs").json["items"][0]["state"] == "COMPLETED"
    assert due(db) == 0


def test_an_address_is_needed(client: Client) -> None:
    status, text = message(client.post("/jobs", json=a_job(webhooks=[{}])))
    assert (status, text) == (
        400,
        "Key: 'Job.Webhooks[0].URL' Error:Field validation for 'URL' failed on the 'required' tag",
    )
