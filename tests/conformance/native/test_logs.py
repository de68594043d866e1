"""Logs over HTTP: exact to the byte, however they are asked for."""

from uuid import UUID

import pytest

from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, sent
from windlass.shared.events import LogChunk

LOG = b"one\ntwo\x00\xff\xfe\nthree\n\nlast without end"


def chunk_of(attempt: UUID, log: bytes) -> LogChunk:
    return LogChunk(
        attempt_id=attempt,
        first_byte=0,
        size=len(log),
        first_line=0,
        lines=log.count(b"\n"),
        data=log,
    )


def ended(fleet: Fleet, attempt: UUID, log: bytes = LOG) -> None:
    fleet.finish(
        attempt,
        exit_code=0,
        log_bytes=len(log),
        log_lines=log.count(b"\n"),
        tail=(chunk_of(attempt, log),),
    )


@pytest.fixture
def attempt(client: Client, fleet: Fleet) -> UUID:
    """One that is over, with a log."""
    sent(client, a_document())
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    ended(fleet, attempt)
    return attempt


def log(client: Client, attempt: UUID, query: str = "") -> bytes:
    response = client.get(f"{BASE}/attempts/{attempt}/log?{query}")
    assert response.status_code == 200
    return bytes(response.data)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", LOG),
        ("from=1", LOG[4:]),
        ("from=1&lines=1", b"two\x00\xff\xfe\n"),
        ("lines=2", b"one\ntwo\x00\xff\xfe\n"),
        ("from=99", b""),
        ("tail=1", b"last without end"),
        ("tail=2", b"\nlast without end"),
        ("tail=2000", LOG),
        ("from_byte=4&bytes=3", b"two"),
        ("from_byte=0", LOG),
        ("from_byte=9999", b""),
    ],
)
def test_every_way_to_ask_gives_exactly_that_part(
    client: Client, attempt: UUID, query: str, expected: bytes
) -> None:
    assert log(client, attempt, query) == expected


def test_the_size_comes_with_every_part(client: Client, attempt: UUID) -> None:
    headers = client.get(f"{BASE}/attempts/{attempt}/log?tail=1").headers

    assert headers["Windlass-Lines"] == "4"
    assert headers["Windlass-Bytes"] == str(len(LOG))
    assert headers["Windlass-Complete"] == "true"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


def test_no_browser_takes_a_log_for_a_page(client: Client, attempt: UUID) -> None:
    headers = client.get(f"{BASE}/attempts/{attempt}/log").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_download_is_the_whole_log(client: Client, attempt: UUID) -> None:
    response = client.get(f"{BASE}/attempts/{attempt}/log/download")

    assert response.data == LOG
    assert response.content_length == len(LOG)
    assert (
        response.headers["Content-Disposition"] == f'attachment; filename="attempt-{attempt}.log"'
    )


@pytest.mark.parametrize("path", ["log", "log?tail=1", "log/download"])
def test_a_complete_log_is_sent_once(client: Client, attempt: UUID, path: str) -> None:
    address = f"{BASE}/attempts/{attempt}/{path}"
    tag = client.get(address).headers["ETag"]

    again = client.get(address, headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert again.data == b""


def test_another_part_has_another_tag(client: Client, attempt: UUID) -> None:
    tags = {
        client.get(f"{BASE}/attempts/{attempt}/log?tail={lines}").headers["ETag"]
        for lines in (1, 2)
    }

    assert len(tags) == 2


def test_a_log_that_still_grows_has_no_tag(client: Client, fleet: Fleet) -> None:
    sent(client, a_document())
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)

    response = client.get(f"{BASE}/attempts/{attempt}/log")

    assert response.headers["Windlass-Complete"] == "false"
    assert "ETag" not in response.headers


def test_a_head_request_costs_no_log(client: Client, attempt: UUID) -> None:
    response = client.head(f"{BASE}/attempts/{attempt}/log/download")

    assert response.status_code == 200
    assert response.data == b""


def test_the_log_of_a_job_names_the_task_of_every_line(client: Client, fleet: Fleet) -> None:
    job = sent(
        client,
        a_document({"name": "a", "run": "x"}, {"name": "b c", "run": "x"}),
    )
    for text in (b"1\n2", b"\xff\n"):
        (attempt,) = fleet.dispatch()
        ended(fleet, attempt, text)

    response = client.get(f"{BASE}/jobs/{job['id']}/log")

    assert response.data == b"a | 1\na | 2\nb c | \xff\n"
