"""Server-Sent Events over what the engine knows: logs and jobs as they grow.

Each method checks what it was asked, then returns frames; these end by themselves, when whoever
takes them goes away, or when ``closing`` is set. ``mark``: the Last-Event-ID to resume after.
"""

from collections.abc import Iterator, Sequence
from threading import Event

from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.tail import attempt, job, many
from windlass.coordinator.web.tail.pace import stream
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import AttemptId, JobId


class Tails:
    """One for a process: those who follow the same share what is read."""

    def __init__(self, engine: Engine, closing: Event) -> None:
        self._engine = engine
        self._reads = Reads(engine)
        self._closing = closing

    def job(self, id: JobId, mark: str | None = None) -> Iterator[bytes]:
        """``task``, ``log`` and ``job`` events, ``end`` last. NotFound, Invalid."""
        self._engine.job(id)
        tail = job.of(self._reads, id, mark)
        return stream(tail, self._engine.watch([id]), self._closing)

    def attempt(
        self, id: AttemptId, *, first_line: int = 0, mark: str | None = None
    ) -> Iterator[bytes]:
        """``log`` events from a line on, ``attempt`` as it changes, ``end`` last."""
        found = self._engine.attempt(id)
        tail = attempt.of(self._reads, id, first_line, mark)
        return stream(tail, self._engine.watch([found.job_id]), self._closing)

    def topics(self, names: Sequence[str], mark: str | None = None) -> Iterator[bytes]:
        """Events of each topic; never ends by itself."""
        tail, watching = many.of(self._reads, names, mark)
        return stream(tail, watching, self._closing)
