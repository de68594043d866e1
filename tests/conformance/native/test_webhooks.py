"""Webhooks and ``delete_after`` in our own format."""

import json
from typing import Any

import pytest

from tests.support.deliveries import deliver
from tests.support.ending import two_hours_pass
from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, errors, sent
from tests.support.receiver import a_receiver
from windlass.coordinator.engine import retention
from windlass.coordinator.store.db import Database


def test_a_webhook_hears_of_the_job_as_the_api_shows_it(client: Client, db: Database) -> None:
    with a_receiver() as receiver:
        hook = {"url": receiver.url, "if": "job.state == 'completed'", "headers": {"X-A": "b"}}
        id = sent(client, a_document(webhooks=[hook]))["id"]
        Fleet(db).run()
        deliver(db)
    ((headers, body),) = receiver.heard
    told = json.loads(body)
    assert (headers["X-A"], headers["Windlass-Event"]) == ("b", "job.state")
    assert (told["event"], told["state"], told["job"]["id"]) == ("job.state", "completed", id)
    assert told["job"] == client.get(f"{BASE}/jobs/{id}").json | {"state": "completed"}


def test_news_of_tasks_come_with_the_task(client: Client, db: Database) -> None:
    with a_receiver() as receiver:
        sent(client, a_document(webhooks=[{"url": receiver.url, "event": "task.state"}]))
        Fleet(db).run()
        deliver(db)
    told = [json.loads(body) for body in receiver.bodies]
    assert [one["task"]["state"] for one in told] == ["active", "running", "completed"]


def test_their_headers_are_not_shown(client: Client) -> None:
    hook = {"url": "http://example.com/", "headers": {"X-A": "hunter2"}}
    id = sent(client, a_document(webhooks=[hook]))["id"]
    for path in (f"jobs/{id}", f"jobs/{id}/document"):
        assert "hunter2" not in client.get(f"{BASE}/{path}").text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"webhooks": [{}]}, "webhooks[0].url"),
        ({"webhooks": [{"url": "http://x", "event": "job.end"}]}, "webhooks[0].event"),
        ({"webhooks": [{"url": "http://x", "headers": 1}]}, "webhooks[0].headers"),
        ({"webhooks": [{"url": "http://x", "secret": "s"}]}, "webhooks[0].secret"),
        ({"webhooks": [{"url": "http://x"}] * 21}, "webhooks"),
        ({"delete_after": "soon"}, "delete_after"),
        ({"delete_after": 0}, "delete_after"),
        ({"delete_after": None}, "delete_after"),
    ],
)
def test_what_is_wrong_is_named(client: Client, fields: Any, field: str) -> None:
    response = client.post(f"{BASE}/jobs", json=a_document(**fields))
    assert (response.status_code, list(errors(response))) == (400, [field])


def test_a_job_goes_when_it_said(client: Client, db: Database) -> None:
    id = sent(client, a_document(delete_after="1h"))["id"]
    Fleet(db).run()
    assert retention.expire(db) == 0
    two_hours_pass(db)
    assert retention.expire(db) == 1
    assert client.get(f"{BASE}/jobs/{id}").status_code == 404
