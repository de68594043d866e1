"""Answers that stay open: Server-Sent Events, never more than the threads can bear."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event, Lock

from flask import Response

from windlass.coordinator.web.failures import Failure, Refusal

KEPT_FOR_CALLS = 16  # threads that no stream may take
RETRY_AFTER = 15  # seconds


class Streams:
    """Counts what is open. ``closing`` is set when the process is about to end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._lock = Lock()
        self.closing = Event()

    @classmethod
    def for_threads(cls, threads: int) -> "Streams":
        return cls(max(1, threads - KEPT_FOR_CALLS))

    @property
    def open(self) -> int:
        return self._open

    def respond(self, events: Iterator[bytes]) -> Response:
        """``events`` as they come. Refusal (503): too many streams are open."""
        slot = self._take()
        response = Response(_opened(events), mimetype="text/event-stream")
        # Called however the answer ends, also when the client left before its first byte.
        response.call_on_close(slot.give_back)
        response.headers["X-Accel-Buffering"] = "no"
        response.headers["Cache-Control"] = "no-store"
        return response

    def hold(self, response: Response) -> None:
        """Until it is closed. Refusal (503): too many streams are open."""
        response.call_on_close(self._take().give_back)

    @contextmanager
    def held(self) -> Iterator[None]:
        """For an answer that waits inside its request. Refusal (503): as with streams."""
        slot = self._take()
        try:
            yield
        finally:
            slot.give_back()

    def _take(self) -> "_Slot":
        with self._lock:
            if self._open < self._most:
                self._open += 1
                return _Slot(self)
        raise Refusal(
            Failure(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                message=f"{self._most} streams are open here, which is all this process bears",
                headers={"Retry-After": str(RETRY_AFTER)},
            )
        )

    def release(self) -> None:
        with self._lock:
            self._open -= 1


class _Slot:
    """Given back once, however often it is tried."""

    def __init__(self, streams: Streams) -> None:
        self._streams: Streams | None = streams

    def give_back(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams.release()


def _opened(events: Iterator[bytes]) -> Iterator[bytes]:
    """The head of an answer leaves with its first bytes: a comment, so as not to wait for news."""
    yield b": open\n\n"
    yield from events
