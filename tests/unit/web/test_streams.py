"""Answers that stay open."""

from collections.abc import Iterator

import pytest

from windlass.coordinator.web.failures import Refusal
from windlass.coordinator.web.streams import KEPT_FOR_CALLS, Streams


def beats() -> Iterator[bytes]:
    while True:
        yield b"event: beat\ndata: {}\n\n"


def test_no_more_streams_open_than_were_allowed() -> None:
    streams = Streams(1)
    first = streams.respond(beats())

    with pytest.raises(Refusal) as caught:
        streams.respond(beats())

    assert caught.value.failure.status == 503
    assert int(caught.value.failure.headers["Retry-After"]) > 0
    first.close()
    assert streams.respond(beats()).status_code == 200


def test_a_client_that_leaves_before_the_first_byte_frees_its_place() -> None:
    streams = Streams(1)

    streams.respond(beats()).close()

    assert streams.open == 0


def test_a_place_is_given_back_once() -> None:
    streams = Streams(2)
    streams.respond(beats())
    gone = streams.respond(beats())

    gone.close()
    gone.close()

    assert streams.open == 1


def test_what_a_stream_reads_from_is_closed_with_it() -> None:
    closed = []

    def events() -> Iterator[bytes]:
        try:
            yield from beats()
        finally:
            closed.append(True)

    response = Streams(1).respond(events())
    sent = iter(response.iter_encoded())
    next(sent), next(sent)
    response.close()

    assert closed == [True]


def test_threads_are_kept_for_calls_that_are_no_streams() -> None:
    streams = Streams.for_threads(KEPT_FOR_CALLS + 1)
    streams.respond(beats())

    with pytest.raises(Refusal):
        streams.respond(beats())


def test_no_proxy_is_to_hold_a_stream_back() -> None:
    headers = Streams(1).respond(beats()).headers

    assert headers["X-Accel-Buffering"] == "no"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"].startswith("text/event-stream")


def test_the_head_of_a_stream_does_not_wait_for_news() -> None:
    def silence() -> Iterator[bytes]:
        raise AssertionError("asked")
        yield b""

    assert next(iter(Streams(1).respond(silence()).iter_encoded())).startswith(b":")
