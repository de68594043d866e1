"""Where one request stops Tork (its numbers of section 10.2), it does not stop us."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.firing import fire_now
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import a_job, a_schedule, a_task, message, posted, scheduled
from windlass.coordinator.store.db import Database


@pytest.fixture(autouse=True)
def still_serving(client: Client, fleet: Fleet) -> Any:
    """Whatever a test did, the next job is taken and runs to its end."""
    yield
    id = posted(client)["id"]
    fleet.run()
    assert client.get(f"/jobs/{id}").json["state"] == "COMPLETED"


def test_1_a_sub_job_without_tasks_is_refused(client: Client) -> None:
    job = a_job({"name": "sub", "subjob": {"name": "x", "tasks": []}})

    status, text = message(client.post("/jobs", json=job))

    assert status == 400
    assert "'Tasks' failed on the" in text


def test_2_a_job_that_was_waited_for_ends_again_after_a_restart(
    client: Client, fleet: Fleet
) -> None:
    client.post("/jobs", json=a_job(wait={"timeout": "1ms"}))
    id = client.get("/jobs").json["items"][0]["id"]
    fleet.run(failing=["task"])
    client.put(f"/jobs/{id}/restart")

    fleet.run()

    assert client.get(f"/jobs/{id}").json["state"] == "COMPLETED"


def test_3_a_cron_text_that_cannot_fire_stops_nothing(client: Client, db: Database) -> None:
    refused = client.post("/scheduled-jobs", json=a_schedule("99 99 99 99 99"))
    assert refused.status_code == 400
    bad, good = scheduled(client)["id"], scheduled(client)["id"]
    with db.transaction() as tx:  # as if an older release had taken it
        tx.run("UPDATE schedule SET cron = '99 99 99 99 99' WHERE id = %(id)s", id=UUID(bad))

    fire_now(db)

    assert [job["schedule"]["id"] for job in client.get("/jobs").json["items"]] == [good]
    assert client.delete(f"/scheduled-jobs/{bad}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"\x00",
        b"[" * 100_000,
        b'{"name":null}',
        b"null",
        b'{"tasks":[null]}',
        b"\xff\xfe",
        b"1e999",
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/yaml"])
def test_5_no_body_makes_it_stumble(client: Client, body: bytes, kind: str) -> None:
    response = client.post("/jobs", data=body, content_type=kind)

    assert message(response)[0] == 400


def test_5_nor_a_report_of_nothing(client: Client, fleet: Fleet) -> None:
    posted(client, a_task("a"))
    (attempt,) = fleet.dispatch()

    fleet.finish(attempt, exit_code=0, output="\ud800".encode("utf-8", "replace").decode())

    assert client.get("/jobs").json["items"][0]["state"] == "COMPLETED"
