"""Logs, in parts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.conformance.tork import golden
from tests.support import logs
from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import a_task, message, posted
from windlass.coordinator.engine import retention
from windlass.coordinator.store.db import Database

_STORED = "UPDATE log_chunk SET stored_at = timestamptz '2026-01-01' + first_byte * interval '1 s'"


@pytest.fixture
def written(db: Database) -> Callable[..., None]:
    """Chunks stored a second after another for every byte between their beginnings."""

    def write(attempt: UUID, text: bytes, *cuts: int) -> None:
        logs.store(db, logs.cut(attempt, text, *cuts))
        with db.transaction() as tx:
            tx.run(_STORED)

    return write


@pytest.fixture
def attempt(client: Client, fleet: Fleet) -> UUID:
    posted(client, secrets={"key": "hunter2", "short": "1", "empty": ""})
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    return attempt


def test_parts_come_newest_first_and_whole(
    client: Client, attempt: UUID, written: Callable[..., None]
) -> None:
    written(attempt, b"one\ntwo\nthree", 4, 8)

    response = client.get(f"/tasks/{attempt.hex}/log")

    golden.check("task_log", response.text)
    assert contents(response) == ["three", "two\n", "one\n"]
    assert [item["number"] for item in response.json["items"]] == [3, 2, 1]
    assert {item["taskId"] for item in response.json["items"]} == {attempt.hex}


def test_numbers_and_ids_stay_when_more_is_written(
    client: Client, attempt: UUID, written: Callable[..., None], db: Database
) -> None:
    written(attempt, b"one\ntwo\n", 4)
    before = client.get(f"/tasks/{attempt.hex}/log").json["items"]
    written(attempt, b"one\ntwo\nthree", 4, 8)

    after = client.get(f"/tasks/{attempt.hex}/log").json["items"]

    assert after[1:] == before


def test_what_comes_within_a_second_is_one_part(
    client: Client, attempt: UUID, db: Database
) -> None:
    logs.store(db, logs.cut(attempt, b"one\ntwo\nthree\n", 4, 8, packed=True))

    assert contents(client.get(f"/tasks/{attempt.hex}/log")) == ["one\ntwo\nthree\n"]


def test_a_burst_is_cut_into_bounded_parts(client: Client, attempt: UUID, db: Database) -> None:
    text = b"x" * 1_000_000
    logs.store(db, logs.cut(attempt, text, *range(0, len(text), 60_000)))

    page = client.get(f"/tasks/{attempt.hex}/log?size=100")

    assert "".join(contents(page)[::-1]).encode() == text
    assert max(map(len, contents(page))) <= 128 * 1024


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
def test_a_character_across_a_cut_stays_whole(
    client: Client, attempt: UUID, written: Callable[..., None], cut: int
) -> None:
    written(attempt, "a😀é".encode(), cut)

    assert "".join(contents(client.get(f"/tasks/{attempt.hex}/log"))[::-1]) == "a😀é"


def test_what_is_no_text_becomes_some(
    client: Client, attempt: UUID, written: Callable[..., None]
) -> None:
    written(attempt, b"a\xff\x00b\xe2\x82")

    assert contents(client.get(f"/tasks/{attempt.hex}/log")) == ["a\ufffd\u2400b\ufffd"]


def test_secrets_are_hidden_short_ones_alone_and_empty_ones_never(
    client: Client, attempt: UUID, written: Callable[..., None]
) -> None:
    written(attempt, b"the key is hunter2, 1 of 11")

    assert contents(client.get(f"/tasks/{attempt.hex}/log")) == ["the key is [REDACTED], 1 of 11"]


def test_a_search_counts_what_it_found(
    client: Client, attempt: UUID, written: Callable[..., None]
) -> None:
    written(attempt, b"many videos\nnothing\none video\n", 12, 20)

    page = client.get(f"/tasks/{attempt.hex}/log?q=video&size=1").json

    assert [item["number"] for item in page["items"]] == [3]
    assert (page["totalItems"], page["totalPages"], page["size"]) == (2, 2, 1)
    second = client.get(f"/tasks/{attempt.hex}/log?q=video&size=1&page=2").json
    assert [item["number"] for item in second["items"]] == [1]


@pytest.mark.parametrize(("q", "found"), [("tag:x", 1), ("tag:x hidden", 0), ("hunter2", 0)])
def test_a_search_drops_tags_and_finds_no_secrets(
    client: Client, attempt: UUID, written: Callable[..., None], q: str, found: int
) -> None:
    written(attempt, b"hunter2 was here")

    assert client.get(f"/tasks/{attempt.hex}/log?q={q}").json["totalItems"] == found


def test_a_jobs_log_is_that_of_its_tasks_the_last_one_first(
    client: Client, fleet: Fleet, written: Callable[..., None]
) -> None:
    id = posted(client, a_task("a", retry={"limit": 1, "initialDelay": "0s"}), a_task("b"))["id"]
    (first,) = fleet.dispatch()
    written(first, b"first try\n")
    fleet.fail(first)
    (second,) = fleet.dispatch()
    written(second, b"second try\nand on", 11)
    fleet.finish(second, exit_code=0)
    (third,) = fleet.dispatch()
    written(third, b"the end\n")

    page = client.get(f"/jobs/{id}/log")

    assert contents(page) == ["the end\n", "and on", "second try\n", "first try\n"]
    assert contents(client.get(f"/jobs/{id}/log?size=2&page=2")) == ["second try\n", "first try\n"]
    assert page.json["totalItems"] == 4


def test_sizes_are_bounded(client: Client, attempt: UUID, written: Callable[..., None]) -> None:
    text = b"x\n" * 110
    written(attempt, text, *range(0, len(text), 2))

    for asked, size in (("", 25), ("0", 1), ("100", 100), ("101", 100)):
        page = client.get(f"/tasks/{attempt.hex}/log?size={asked}").json
        assert (page["size"], page["totalItems"]) == (size, 110)


def test_what_never_ran_has_no_log(client: Client, fleet: Fleet) -> None:
    id = posted(client, a_task("no", **{"if": "false"}))["id"]
    fleet.run()
    (task,) = client.get(f"/jobs/{id}").json["execution"]

    page = client.get(f"/tasks/{task['id']}/log").json

    assert page == {"items": [], "number": 1, "size": 0, "totalPages": 0, "totalItems": 0}


def test_parameters_are_checked_before_the_id(client: Client) -> None:
    assert message(client.get("/tasks/x/log?page=y")) == (404, "invalid page number: y")


def contents(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["contents"] for item in response.json["items"]]


def test_an_old_log_is_empty_and_its_job_is_there(
    client: Client, fleet: Fleet, db: Database, attempt: UUID
) -> None:
    logs.store(db, logs.cut(attempt, b"hello\n"))
    fleet.finish(attempt, exit_code=0)
    (job,) = client.get("/jobs").json["items"]
    at = f"/jobs/{job['id']}"
    assert client.get(f"{at}/log").json["totalItems"] == 1
    assert retention.forget_logs(db, 0.0) == 1
    assert client.get(f"{at}/log").json["items"] == []
    assert client.get(at).json["state"] == "COMPLETED"
