"""What still comes: streams that end with their job, resume, and let go of everything."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import pytest
from werkzeug.serving import make_server

from tests.conformance.native.test_logs import LOG, ended
from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, an_app, comparable, errors, sent
from tests.support.sse import Heard, events
from tests.support.waiting import until
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.streams import Streams

LINES = ["one", "two\N{SYMBOL FOR NULL}\ufffd\ufffd", "three", "", "last without end"]


@pytest.fixture
def job(client: Client, fleet: Fleet) -> Any:
    """Over, with a log."""
    job = sent(client, a_document())
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    ended(fleet, attempt)
    return job


@pytest.fixture
def attempt(client: Client, job: Any) -> UUID:
    task = client.get(f"{BASE}/jobs/{job['id']}/tasks").json["items"][0]
    return UUID(task["attempt_id"])


def followed(client: Client, path: str, **headers: str) -> list[Heard]:
    """To the end of the stream."""
    response = client.get(BASE + path, headers=headers)
    assert response.status_code == 200, response.text
    return list(events(response.response))


def lines(happened: list[Heard]) -> list[str]:
    return [line for one in happened if one.kind == "log" for line in one.data["lines"]]


def test_the_stream_of_a_job_that_is_over_tells_all_and_ends(client: Client, job: Any) -> None:
    happened = followed(client, f"/jobs/{job['id']}/log/follow")

    assert lines(happened) == LINES
    assert happened[-1].kind == "end"
    assert happened[-1].data["state"] == "completed"
    assert {"task", "log", "job", "end"} == {one.kind for one in happened}


def test_the_stream_of_an_attempt_that_is_over_tells_all_and_ends(
    client: Client, attempt: UUID
) -> None:
    happened = followed(client, f"/attempts/{attempt}/log/follow")

    assert lines(happened) == LINES
    assert comparable(happened[-1].data) == {"state": "completed", "reason": None, "exit_code": 0}


def test_a_log_is_followed_from_a_line_on(client: Client, attempt: UUID) -> None:
    happened = followed(client, f"/attempts/{attempt}/log/follow?from=2")

    assert lines(happened) == LINES[2:]


@pytest.mark.parametrize("path", ["/jobs/{job}/log/follow", "/attempts/{attempt}/log/follow"])
def test_a_stream_resumes_without_repeating_a_line(
    client: Client, job: Any, attempt: UUID, path: str
) -> None:
    address = path.format(job=job["id"], attempt=attempt)
    told = [one for one in followed(client, address) if one.kind == "log"][-1]

    resumed = followed(client, address, **{"Last-Event-ID": told.id})

    assert lines(resumed) == []
    assert resumed[-1].kind == "end"


@pytest.mark.parametrize("mark", ["x", "0", "AAAA", "=" * 10, "\xe9", "x" * 5000])
@pytest.mark.parametrize("path", ["/jobs/{job}/log/follow", "/attempts/{attempt}/log/follow"])
def test_a_mark_that_is_none_of_ours_is_refused(
    client: Client, job: Any, attempt: UUID, path: str, mark: str
) -> None:
    address = BASE + path.format(job=job["id"], attempt=attempt)

    response = client.get(address, headers={"Last-Event-ID": mark})

    assert response.status_code == 400
    assert "Last-Event-ID" in errors(response)


@pytest.mark.parametrize("query", ["", "topic=", "topic=x", "topic=job:x", "topic=log:x@1"])
def test_a_topic_nobody_knows_is_refused(client: Client, query: str) -> None:
    response = client.get(f"{BASE}/events?{query}")

    assert response.status_code == 400
    assert errors(response)


def test_no_more_streams_than_the_process_bears(engine: Engine, job: Any) -> None:
    streams = Streams(1)
    client: Client = an_app(engine, streams=streams).test_client()
    first = client.get(f"{BASE}/events?topic=jobs")

    second = client.get(f"{BASE}/events?topic=jobs")

    assert second.status_code == 503
    assert int(second.headers["Retry-After"]) > 0
    assert client.get(f"{BASE}/jobs").status_code == 200
    first.close()
    assert client.get(f"{BASE}/events?topic=jobs").status_code == 200


def test_a_process_that_closes_says_goodbye(engine: Engine, job: Any) -> None:
    streams = Streams(1)
    response: Any = an_app(engine, streams=streams).test_client().get(f"{BASE}/events?topic=jobs")
    stream = events(response.response)
    next(stream)

    streams.closing.set()

    assert [one.kind for one in stream][-1] == "bye"


def test_a_job_is_followed_while_it_runs(address: str, client: Client, fleet: Fleet) -> None:
    job = sent(client, a_document())
    (attempt,) = fleet.dispatch()
    with connected(address, f"/jobs/{job['id']}/log/follow") as stream:
        seen: list[Heard] = []
        fleet.start(attempt)
        take(stream, seen, lambda one: one.kind == "task" and one.data["state"] == "active")
        ended(fleet, attempt, LOG)
        take(stream, seen, lambda one: one.kind == "end")

    assert lines(seen) == LINES


def test_a_reader_who_leaves_frees_everything(
    address: str, engine: Engine, streams: Streams, client: Client
) -> None:
    with connected(address, "/events?topic=jobs") as stream:
        sent(client, a_document())
        take(stream, [], lambda one: one.kind == "jobs")
        assert streams.open == 1

    def is_free() -> bool:
        sent(client, a_document())  # only a write shows that nobody reads
        return streams.open == 0

    until(is_free)


@contextmanager
def connected(address: str, path: str) -> Iterator[Iterator[Heard]]:
    with urlopen(f"http://{address}{BASE}{path}", timeout=30) as response:
        yield events(iter(response.read1, b""))


def take(stream: Iterator[Heard], seen: list[Heard], enough: Callable[[Heard], bool]) -> None:
    """Into ``seen``, until one is what was waited for."""
    for one in stream:
        seen.append(one)
        if enough(one):
            return
    raise AssertionError(seen)


@pytest.fixture
def streams() -> Streams:
    return Streams(4)


@pytest.fixture
def address(engine: Engine, streams: Streams) -> Iterator[str]:
    """Of a real server, with sockets that can break."""
    server = make_server("127.0.0.1", 0, an_app(engine, streams=streams), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    streams.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()
