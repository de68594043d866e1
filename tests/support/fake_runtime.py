"""A runtime in memory: the test says what a run writes and when it ends."""

from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from threading import Condition
from uuid import UUID

from windlass.shared.messages import RunAttempt
from windlass.worker.runtimes.base import Adopted, Exit, Notice, Run, RuntimeBroken, Stream


class FakeRun:
    def __init__(self) -> None:
        self.content: bytes | None = None
        self.percent: bytes | None = None
        self.stopped = False
        self.removed = False
        self.broken: str | None = None
        self._pieces: list[tuple[Stream, bytes]] = []
        self._exit: Exit | None = None
        self._changes = Condition()

    def write(self, data: bytes, stream: Stream = "out") -> None:
        with self._changes:
            self._pieces.append((stream, data))
            self._changes.notify_all()

    def end(self, code: int = 0, *, oom: bool = False) -> None:
        with self._changes:
            self._exit = self._exit or Exit(code, oom)
            self._changes.notify_all()

    def breaks(self, text: str) -> None:
        with self._changes:
            self.broken = text
            self._changes.notify_all()

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        read = 0
        while True:
            with self._changes:
                self._changes.wait_for(partial(self._more, read), 0.02)
                fresh, ended = self._pieces[read:], self._exit is not None
            yield from fresh or [("out", b"")]
            read += len(fresh)
            if (ended or self.broken) and not fresh:
                return

    def wait(self) -> Exit:
        with self._changes:
            self._changes.wait_for(lambda: self._exit is not None or self.broken is not None)
        if self.broken:
            raise RuntimeBroken(self.broken)
        assert self._exit is not None
        return self._exit

    def stop(self, grace: float) -> None:
        self.stopped = True
        self.end(143)

    def result(self) -> bytes | None:
        return self.content

    def progress(self) -> bytes | None:
        return self.percent

    def address(self) -> str | None:
        return None

    def ask(self, command: Sequence[str], timeout: float) -> bool | None:
        return None

    def name(self) -> str:
        return "fake"

    def remove(self) -> None:
        self.removed = True

    def _more(self, read: int) -> bool:
        return len(self._pieces) > read or self._exit is not None or self.broken is not None


class FakeRuntime:
    name = "fake"
    has_networks = True

    def __init__(self) -> None:
        self.runs: dict[UUID, FakeRun] = {}
        self.left: list[Adopted] = []
        self.preparing: Callable[[RunAttempt, Notice], None] = _at_once
        self.swept: list[set[UUID]] = []
        self.broken: str | None = None

    def close(self) -> None:
        """Nothing is open."""

    def check(self) -> None:
        if self.broken:
            raise RuntimeBroken(self.broken)

    def prepare(self, order: RunAttempt, notice: Notice) -> None:
        self.preparing(order, notice)

    def start(self, order: RunAttempt) -> Run:
        self.check()
        return self.runs.setdefault(order.attempt_id, FakeRun())

    def adopt(self) -> Sequence[Adopted]:
        return self.left

    def sweep(self, keep: Set[UUID]) -> int:
        self.swept.append(set(keep))
        return 0


def _at_once(order: RunAttempt, notice: Notice) -> None:
    """Nothing to prepare."""
