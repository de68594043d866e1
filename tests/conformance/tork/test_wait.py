"""``wait``: the answer comes when the job is over."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.fleet import Fleet
from tests.support.http import Client, an_app
from tests.support.tork import a_job, a_task, message
from tests.support.waiting import until
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.streams import Streams

Send = Callable[..., "Future[Any]"]


@pytest.fixture
def streams() -> Streams:
    return Streams(2)


@pytest.fixture
def client(engine: Engine, streams: Streams) -> Client:
    return an_app(engine, streams=streams).test_client()


@pytest.fixture
def send(engine: Engine, streams: Streams) -> Iterator[Send]:
    """A request that may wait, from a thread of its own."""
    app = an_app(engine, streams=streams)
    with ThreadPoolExecutor(8) as pool:

        def submit(timeout: str = "1m", environ: Any = None, **fields: Any) -> "Future[Any]":
            document = a_job(**{**fields, "wait": {"timeout": timeout}})
            client: Client = app.test_client()
            options = {"json": document, "environ_overrides": environ or {}}
            return pool.submit(client.post, "/jobs", **options)

        yield submit
        streams.closing.set()


@pytest.mark.parametrize(("failing", "state"), [([], "COMPLETED"), (["task"], "FAILED")])
def test_the_answer_is_the_whole_job_however_it_ended(
    client: Client, fleet: Fleet, send: Send, failing: list[str], state: str
) -> None:
    answer = send(secrets={"key": "hunter2"}, tasks=[a_task(env={"A": "{{ secrets.key }}"})])
    until(lambda: listed(client) == 1)
    fleet.run(failing=failing, outputs={"task": "hunter2"})

    response = answer.result(30)

    assert (response.status_code, response.json["state"]) == (200, state)
    assert response.data == client.get(f"/jobs/{response.json['id']}").data
    assert b"hunter2" not in response.data


def test_when_time_is_up_the_job_goes_on(client: Client, fleet: Fleet, send: Send) -> None:
    response = send("10ms").result(30)

    assert message(response) == (408, "timeout waiting for job to complete")
    fleet.run()
    assert client.get("/jobs").json["items"][0]["state"] == "COMPLETED"


@pytest.mark.parametrize("timeout", ["0", "-1s"])
def test_no_time_is_up_at_once(client: Client, send: Send, timeout: str) -> None:
    assert send(timeout).result(30).status_code == 408
    assert listed(client) == 1


def test_a_cancel_lets_go_of_who_waits(client: Client, send: Send) -> None:
    answer = send()
    until(lambda: listed(client) == 1)
    id = client.get("/jobs").json["items"][0]["id"]

    client.put(f"/jobs/{id}/cancel")

    response = answer.result(30)
    assert (response.status_code, response.json["state"]) == (200, "CANCELLED")


def test_when_this_process_ends_they_are_told(client: Client, send: Send, streams: Streams) -> None:
    answer = send()
    until(lambda: listed(client) == 1)

    streams.closing.set()

    assert message(answer.result(30)) == (500, "server shutting down")


def test_who_has_gone_is_not_waited_for(send: Send, streams: Streams) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        answer = send(environ={"gunicorn.socket": ours})
        until(lambda: streams.open == 1)
        theirs.close()

        assert message(answer.result(30)) == (408, "request cancelled")
    assert streams.open == 0


def test_who_waits_takes_no_thread_from_the_others(
    client: Client, send: Send, streams: Streams
) -> None:
    waiting = [send(), send()]
    until(lambda: streams.open == 2 and listed(client) == 2)

    refused = send().result(30)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert listed(client) == len(waiting), "what was refused was not submitted"
    assert client.get("/health").status_code == 200


def test_what_is_invalid_waits_for_nothing(client: Client, send: Send) -> None:
    response = send(tasks=[]).result(30)

    assert response.status_code == 400
    assert listed(client) == 0


def test_a_job_that_was_waited_for_can_be_restarted(
    client: Client, fleet: Fleet, send: Send
) -> None:
    answer = send()
    until(lambda: listed(client) == 1)
    fleet.run(failing=["task"])
    id = answer.result(30).json["id"]

    assert client.put(f"/jobs/{id}/restart").status_code == 200
    fleet.run()

    assert client.get(f"/jobs/{id}").json["state"] == "COMPLETED"


def listed(client: Client) -> int:
    return int(client.get("/jobs").json["totalItems"])
