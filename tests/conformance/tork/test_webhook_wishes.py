"""What a webhook of Tork wishes: events, conditions, headers, addresses."""

import pytest

from tests.support.deliveries import deliver, due, time_passes
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.receiver import Receiver, receiver
from tests.support.tork import a_job, a_task, hooked, message, posted
from windlass.coordinator.engine.subjobs import follow
from windlass.coordinator.store.db import Database

__all__ = ["receiver"]
pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.mark.parametrize("event", ["job.Statechange", "task.Started", "*"])
def test_events_that_nobody_knows_are_taken_and_never_come(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver, event: str
) -> None:
    id = hooked(client, receiver.url, event=event)["id"]
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
    hooked(client, receiver.url, **{"if": condition})
    Fleet(db).run()
    deliver(db)
    assert receiver.states == CONDITIONS[condition]


def test_conditions_of_news_of_tasks_see_both(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    condition = "task.State == 'RUNNING' && job.Name == 'job'"
    hooked(client, receiver.url, event="task.StateChange", **{"if": condition})
    fleet.run()
    deliver(db)
    assert receiver.states == ["RUNNING"]


def test_a_condition_that_is_none_is_refused(client: Client, receiver: Receiver) -> None:
    hook = {"url": receiver.url, "if": "job.State =="}
    status, text = message(client.post("/jobs", json=a_job(webhooks=[hook])))
    assert (status, "Job.Webhooks[0].If" in text, "'expr' tag" in text) == (400, True, True)


def test_headers_are_evaluated_and_one_that_cannot_be_is_empty(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    headers = {
        "Authorization": "Bearer {{ secrets.token }}",
        "X-Job": "{{ job.name }} {{ job.id }} {{ inputs.a }}",
        "X-Got": "{{ tasks.x }}",
        "X-Bad": "{{ nothing( }}",
    }
    job = {"secrets": {"token": "hunter2"}, "inputs": {"a": "b"}}
    id = hooked(client, receiver.url, a_task("one", var="x"), job=job, headers=headers)["id"]
    fleet.run(outputs={"one": "42"})
    deliver(db)
    heard = receiver.heard[-1][0]
    assert heard["Content-Type"] == "application/json; charset=UTF-8"
    assert [heard[name] for name in headers] == ["Bearer hunter2", f"job {id} b", "42", ""]
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
        hooked(client, receiver.url, a_task("one", var="x"), job=job, event=event)
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
    assert receiver.states == ["PENDING", "RUNNING", "COMPLETED"]
    assert {body["name"] for body in receiver.told} == {"inner"}
    assert {bool(body["parentId"]) for body in receiver.told} == {True}
    assert {headers["X-From"] for headers, _ in receiver.heard} == {"outer"}


def test_who_is_busy_is_tried_five_times_with_the_same_delivery(
    client: Client, db: Database, receiver: Receiver
) -> None:
    receiver.statuses = [503] * 10
    hooked(client, receiver.url)
    for _ in range(7):
        deliver(db)
        time_passes(db)
    assert len(receiver.heard) == 5
    assert len({headers["Windlass-Delivery"] for headers, _ in receiver.heard}) == 1
    assert len(set(receiver.bodies)) == 1
    assert due(db) == 0


def test_what_nobody_wanted_to_hear_does_not_keep_back_what_follows(
    client: Client, fleet: Fleet, db: Database, receiver: Receiver
) -> None:
    receiver.statuses = [404]
    hooked(client, receiver.url)
    fleet.run()
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "COMPLETED"]


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
