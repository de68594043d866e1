"""Scheduled jobs, as Tork's clients know them."""

import pytest

from tests.conformance.tork import golden
from tests.support.deliveries import deliver
from tests.support.ending import two_hours_pass
from tests.support.firing import fire_now
from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, an_app
from tests.support.receiver import Receiver, receiver
from tests.support.tork import a_job, a_schedule, a_task, message, scheduled
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine import firing, retention
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.settings import DoorSettings

__all__ = ["receiver"]
URL = "/scheduled-jobs"
OK = {"status": "OK"}


def test_what_a_submit_answers(client: Client) -> None:
    summary = scheduled(client, name="nightly", description="d", tags=["t"], inputs={"a": "b"})
    assert list(summary) == [
        "id",
        "createdBy",
        "inputs",
        "state",
        "name",
        "description",
        "tags",
        "createdAt",
        "cron",
    ]
    assert (summary["state"], summary["cron"]) == ("ACTIVE", "0 3 * * *")


def test_one_is_shown_whole_without_its_secrets(client: Client) -> None:
    id = scheduled(
        client,
        secrets={"key": "hunter2"},
        inputs={"also": "hunter2"},
        output="done",
        defaults={"queue": "slow"},
    )["id"]
    response = client.get(f"{URL}/{id}")
    assert "hunter2" not in response.text
    shown = response.json
    assert shown["tasks"][0]["name"] == "one"
    assert shown["output"] == "done"
    assert shown["defaults"]["queue"] == "slow"


def test_pages_are_of_ten_newest_first(client: Client) -> None:
    ids = [scheduled(client)["id"] for _ in range(11)]
    page = client.get(f"{URL}?page=2&q=nothing").json
    assert [item["id"] for item in page.pop("items")] == [ids[0]]
    assert page == {"number": 2, "size": 1, "totalPages": 2, "totalItems": 11}


def test_it_is_paused_and_resumed(client: Client) -> None:
    at = f"{URL}/{scheduled(client)['id']}"
    assert message(client.put(f"{at}/resume")) == (400, "scheduled job is not paused")
    assert client.put(f"{at}/pause").json == OK
    assert client.get(at).json["state"] == "PAUSED"
    assert message(client.put(f"{at}/pause")) == (400, "scheduled job is not active")
    assert client.put(f"{at}/resume").json == OK
    assert client.get(at).json["state"] == "ACTIVE"


@pytest.mark.parametrize("id", ["0" * 32, "nonsense"])
def test_nobody_knows_what_never_was(client: Client, id: str) -> None:
    at = f"{URL}/{id}"
    for response in (
        client.get(at),
        client.delete(at),
        client.put(f"{at}/pause"),
        client.put(f"{at}/resume"),
    ):
        assert message(response) == (404, "scheduled job not found")


def test_its_jobs_name_it_and_keep_its_defaults(client: Client, db: Database) -> None:
    id = scheduled(client, defaults={"queue": "slow"})["id"]
    fire_now(db)

    (job,) = client.get("/jobs").json["items"]
    assert job["schedule"] == {"id": id}
    assert client.get(f"/jobs/{job['id']}").json["schedule"] == {"id": id}
    with db.transaction() as tx:
        assert tx.all("SELECT queue FROM task") == [{"queue": "slow"}]


def test_its_jobs_know_their_id_and_their_name(client: Client, db: Database, fleet: Fleet) -> None:
    scheduled(client, name="nightly", output="{{ job.name }} {{ job.id }}")
    fire_now(db)
    fleet.run()
    (job,) = client.get("/jobs").json["items"]
    assert job["result"] == f"nightly {job['id']}"


def test_its_jobs_tell_webhooks_and_go_when_it_said(
    client: Client, db: Database, fleet: Fleet, receiver: Receiver
) -> None:
    id = scheduled(client, webhooks=[{"url": receiver.url}], autoDelete={"after": "1h"})["id"]
    fire_now(db)
    fleet.run()
    deliver(db)
    assert receiver.states == ["PENDING", "RUNNING", "COMPLETED"]
    assert [body["schedule"] for body in receiver.told] == [{"id": id}] * 3
    two_hours_pass(db)
    assert retention.expire(db) == 1


def test_deleted_it_takes_its_jobs_along(client: Client, db: Database, fleet: Fleet) -> None:
    id = scheduled(client)["id"]
    fire_now(db)
    fleet.run()

    assert client.delete(f"{URL}/{id}").json == OK
    assert client.get(f"{URL}/{id}").status_code == 404
    assert client.get("/jobs").json["items"] == []


EVERYTHING = a_schedule(
    "TZ=Europe/Berlin 0 3 * * *",
    name="nightly",
    description="d",
    tags=["t"],
    inputs={"a": "b", "DB_PASSWORD": "swordfish"},
    secrets={"key": "hunter2"},
    output="{{ inputs.a }}",
    defaults={"retry": {"limit": 1}, "priority": 2},
    webhooks=[{"url": "http://example.com/", "headers": {"X": "hunter2"}, "event": "job.Progress"}],
    autoDelete={"after": "1h"},
)


def test_answers_are_tork_s_to_the_byte(client: Client) -> None:
    response = client.post(URL, json=EVERYTHING)
    assert response.status_code == 200, response.text
    golden.check("scheduled_posted", response.text)
    golden.check("scheduled_shown", client.get(f"{URL}/{response.json['id']}").text)
    golden.check("scheduled_listed", client.get(URL).text)


def test_a_job_of_it_has_everything_of_it(client: Client, db: Database, fleet: Fleet) -> None:
    client.post(URL, json=EVERYTHING)
    fire_now(db)
    fleet.run()
    (job,) = client.get("/jobs").json["items"]
    golden.check("scheduled_job", client.get(f"/jobs/{job['id']}").text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("page=x", "invalid page number: x"), ("page=1&size=x", "invalid size: 1")],
)
def test_a_page_that_is_none_is_not_found(client: Client, query: str, text: str) -> None:
    assert message(client.get(f"{URL}?{query}")) == (404, text)


@pytest.mark.parametrize(("size", "shown"), [("0", 1), ("-3", 1), ("", 10), ("500", 20)])
def test_sizes_are_held_to_bounds(client: Client, size: str, shown: int) -> None:
    for _ in range(21):
        scheduled(client)
    assert client.get(f"{URL}?size={size}").json["size"] == shown


def test_an_empty_page_is_a_list(client: Client) -> None:
    empty = {"items": [], "number": 3, "size": 0, "totalPages": 0, "totalItems": 0}
    assert client.get(f"{URL}?page=3").json == empty


def test_paused_it_makes_no_jobs(client: Client, db: Database) -> None:
    at = f"{URL}/{scheduled(client)['id']}"
    client.put(f"{at}/pause")
    fire_now(db)
    assert client.get("/jobs").json["items"] == []
    client.put(f"{at}/resume")
    fire_now(db)
    assert len(client.get("/jobs").json["items"]) == 1


def test_deleted_it_takes_along_even_jobs_that_run(
    client: Client, db: Database, fleet: Fleet
) -> None:
    id = scheduled(client)["id"]
    fire_now(db)
    (task,) = fleet.dispatch()
    fleet.start(task)
    job = client.get("/jobs").json["items"][0]["id"]

    assert client.delete(f"{URL}/{id}").json == OK
    assert client.get(URL).json["items"] == []
    fleet.fail(task)
    while firing.clear(db, fleet.signals):
        pass
    assert message(client.get(f"/jobs/{job}")) == (404, "job not found")


def test_deleted_twice_it_is_not_there(client: Client) -> None:
    at = f"{URL}/{scheduled(client)['id']}"
    client.delete(at)
    assert message(client.delete(at)) == (404, "scheduled job not found")


def test_without_jobs_there_are_no_schedules(engine: Engine) -> None:
    doors = {"tork": DoorSettings(options=Settings(without=frozenset({"jobs"})))}
    client: Client = an_app(engine, doors=doors).test_client()
    assert message(client.get(URL)) == (404, "Not Found")
    assert message(client.post(URL, json=a_schedule())) == (404, "Not Found")


def test_schedules_of_other_doors_are_not_shown(client: Client) -> None:
    document = {**a_job(a_task("one")), "schedule": {"cron": "@daily"}}
    made = client.post(f"{BASE}/schedules", json=document)
    assert made.status_code == 201, made.text
    assert client.get(URL).json["items"] == []
    assert client.get(f"{URL}/{made.json['id'].replace('-', '')}").status_code == 404
