"""Scheduled jobs, as Tork's clients know them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import a_job, a_task
from windlass.coordinator.engine import firing
from windlass.coordinator.store.db import Database

URL = "/scheduled-jobs"
OK = {"status": "OK"}


def a_schedule(cron: str = "0 3 * * *", **fields: Any) -> Any:
    return a_job(a_task("one"), schedule={"cron": cron}, **fields)


def made(client: Client, **fields: Any) -> Any:
    response = client.post(URL, json=a_schedule(**fields))
    assert response.status_code == 200, response.text
    return response.json


def text_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["message"]


def test_what_a_submit_answers(client: Client) -> None:
    summary = made(client, name="nightly", description="d", tags=["t"], inputs={"a": "b"})
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
    id = made(
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
    ids = [made(client)["id"] for _ in range(11)]
    page = client.get(f"{URL}?page=2&q=nothing").json
    assert [item["id"] for item in page.pop("items")] == [ids[0]]
    assert page == {"number": 2, "size": 1, "totalPages": 2, "totalItems": 11}
    assert len(client.get(f"{URL}?size=500").json["items"]) == 11


def test_it_is_paused_and_resumed(client: Client) -> None:
    at = f"{URL}/{made(client)['id']}"
    assert text_of(client.put(f"{at}/resume")) == (400, "scheduled job is not paused")
    assert client.put(f"{at}/pause").json == OK
    assert client.get(at).json["state"] == "PAUSED"
    assert text_of(client.put(f"{at}/pause")) == (400, "scheduled job is not active")
    assert client.put(f"{at}/resume").json == OK
    assert client.get(at).json["state"] == "ACTIVE"


@pytest.mark.parametrize("id", [uuid4().hex, "nonsense"])
def test_nobody_knows_what_never_was(client: Client, id: str) -> None:
    at = f"{URL}/{id}"
    for response in (
        client.get(at),
        client.delete(at),
        client.put(f"{at}/pause"),
        client.put(f"{at}/resume"),
    ):
        assert text_of(response) == (404, "scheduled job not found")


def test_its_jobs_name_it_and_keep_its_defaults(client: Client, db: Database) -> None:
    id = made(client, defaults={"queue": "slow"})["id"]
    with db.transaction() as tx:
        tx.run("UPDATE schedule SET next_at = date_trunc('second', now())")
    firing.fire_due(db, FakeSignals())

    (job,) = client.get("/jobs").json["items"]
    assert job["schedule"] == {"id": id}
    assert client.get(f"/jobs/{job['id']}").json["schedule"] == {"id": id}
    with db.transaction() as tx:
        assert tx.all("SELECT queue FROM task") == [{"queue": "slow"}]


def test_deleted_it_takes_its_jobs_along(client: Client, db: Database, fleet: Fleet) -> None:
    id = made(client)["id"]
    with db.transaction() as tx:
        tx.run("UPDATE schedule SET next_at = date_trunc('second', now())")
    firing.fire_due(db, FakeSignals())
    fleet.run()

    assert client.delete(f"{URL}/{id}").json == OK
    assert client.get(f"{URL}/{id}").status_code == 404
    assert client.get("/jobs").json["items"] == []


@pytest.mark.parametrize(
    "cron",
    ["*/5 * * * *", "@daily", "@every 5s", "TZ=Europe/Berlin 0 0 * * *"],
)
def test_what_can_be_due_is_taken(client: Client, cron: str) -> None:
    assert made(client, cron=cron)["cron"] == cron


@pytest.mark.parametrize(
    "cron",
    [
        "0 0 30 2 *",
        "a 0 0 1 1 *",
        "@reboot",
        "* * * * * *",
        "TZ=Nowhere/Town 0 0 * * *",
        "TZ=../x 0 0 * * *",
    ],
)
def test_what_can_never_be_due_is_refused_in_tork_s_words(client: Client, cron: str) -> None:
    status, message = text_of(client.post(URL, json=a_schedule(cron)))
    assert status == 400
    assert "Cron" in message
    assert "cron" in message


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Content-Type": "application/x-yaml"}, "unknown content type: application/x-yaml"),
        ({}, "unknown content type: "),
    ],
)
def test_only_two_types_of_content_are_known(client: Client, headers: Any, message: str) -> None:
    response = client.post(URL, data=b"name: x", headers=headers)
    assert text_of(response) == (400, message)


def test_nobody_waits_for_a_schedule(client: Client) -> None:
    response = client.post(URL, json=a_schedule(wait={"timeout": "1s"}))
    assert text_of(response) == (400, 'json: unknown field "wait"')


def test_a_name_of_65_characters_is_too_long(client: Client) -> None:
    status, message = text_of(client.post(URL, json=a_schedule(name="n" * 65)))
    assert status == 400
    assert message == (
        "error inserting scheduled job to the db: pq: value too long for type character varying(64)"
    )
