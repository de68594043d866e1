"""``autoDelete``: a job that completed is gone after a while, as for Tork's clients."""

from typing import Any

import pytest

from tests.support.ending import two_hours_pass
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import a_job, a_task, message, posted
from windlass.coordinator.engine import retention
from windlass.coordinator.engine.subjobs import follow
from windlass.coordinator.store.db import Database

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def shown(client: Client, id: str) -> Any:
    return client.get(f"/jobs/{id}").json


def test_it_is_shown_and_says_when_once_it_has_completed(client: Client, fleet: Fleet) -> None:
    id = posted(client, autoDelete={"after": "1h30m"})["id"]
    before = shown(client, id)
    assert before["autoDelete"] == {"after": "1h30m"}
    assert "deleteAt" not in before
    fleet.run()
    after = shown(client, id)
    assert after["deleteAt"] > after["completedAt"]


def test_it_goes_with_its_tasks_and_logs(client: Client, fleet: Fleet, db: Database) -> None:
    id = posted(client, autoDelete={"after": "1h"})["id"]
    kept = posted(client)["id"]
    fleet.run()
    task = shown(client, id)["execution"][0]["id"]
    assert retention.expire(db) == 0
    two_hours_pass(db)
    assert retention.expire(db) == 1
    assert message(client.get(f"/jobs/{id}")) == (404, "job not found")
    assert message(client.get(f"/jobs/{id}/log")) == (404, "job not found")
    assert message(client.put(f"/jobs/{id}/restart")) == (404, "job not found")
    assert message(client.get(f"/tasks/{task}")) == (404, "task not found")
    page = client.get("/jobs").json
    assert ([item["id"] for item in page["items"]], page["totalItems"]) == ([kept], 1)


def test_what_failed_stays(client: Client, fleet: Fleet, db: Database) -> None:
    id = posted(client, a_task("bad"), autoDelete={"after": "1s"})["id"]
    fleet.run(failing=["bad"])
    two_hours_pass(db)
    assert retention.expire(db) == 0
    assert "deleteAt" not in shown(client, id)


@pytest.mark.parametrize("after", ["0", "-1s", "3µs"])
def test_a_while_may_be_none_at_all(client: Client, fleet: Fleet, db: Database, after: str) -> None:
    id = posted(client, autoDelete={"after": after})["id"]
    fleet.run()
    two_hours_pass(db)
    assert retention.expire(db) == 1
    assert client.get(f"/jobs/{id}").status_code == 404


def test_without_a_while_it_stays(client: Client, fleet: Fleet, db: Database) -> None:
    posted(client, autoDelete={})
    fleet.run()
    two_hours_pass(db)
    assert retention.expire(db) == 0


@pytest.mark.parametrize("after", ["1d", "5", "soon"])
def test_what_is_no_while_is_refused(client: Client, after: str) -> None:
    response = client.post("/jobs", json=a_job(autoDelete={"after": after}))
    assert message(response) == (
        400,
        "Key: 'Job.AutoDelete.After' Error:Field validation for 'After' failed on the"
        " 'duration' tag",
    )


def test_a_sub_job_goes_once_its_parent_has_its_result(
    client: Client, fleet: Fleet, db: Database
) -> None:
    sub = {"name": "inner", "tasks": [a_task("in")], "autoDelete": {"after": "1s"}}
    parent = posted(client, {"name": "sub", "subjob": sub}, a_task("last"))["id"]
    fleet.run()
    two_hours_pass(db)
    assert retention.expire(db) == 0
    while follow(db, fleet.signals):
        fleet.run()
    two_hours_pass(db)
    assert retention.expire(db) == 1
    assert shown(client, parent)["state"] == "COMPLETED"
    assert [item["id"] for item in client.get("/jobs").json["items"]] == [parent]
