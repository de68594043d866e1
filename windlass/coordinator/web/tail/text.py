"""What a job has written, as text: all its attempts, one after the other."""

import codecs
from collections.abc import Iterator
from contextlib import AbstractContextManager

from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Watch
from windlass.coordinator.engine.service import Engine
from windlass.shared.ids import AttemptId, JobId
from windlass.shared.states import JOB

AT_ONCE = 256 << 10  # bytes of a log read for one look
POLL = 5.0  # seconds without a nudge after which it looks anyhow
_HEAR = 1.0  # seconds until it is heard that somebody leaves
_OUTAGE = 1.0

_decoder = codecs.getincrementaldecoder("utf-8")


class Tail:
    """From the first byte. Bytes that are no text, and only those, are replaced."""

    def __init__(self, engine: Engine, id: JobId) -> None:
        self._engine = engine
        self._id = id
        self._ids: list[AttemptId] = []
        self._current = 0  # of them
        self._at = 0  # bytes of its log that have been read
        self._text = _decoder("replace")
        self.more = False  # there is more at once
        self.ended = False  # the job is over, and this was all

    def look(self) -> str:
        """What is new. The job first: if it is over, nothing comes after what is then read."""
        over = JOB.is_final(self._engine.job(self._id).state)
        if self._current >= len(self._ids) or over:
            self._find_attempts()
        text, self.more = self._read(over)
        return text

    def _find_attempts(self) -> None:
        after = self._ids[-1] if self._ids else None
        while found := self._engine.job_attempts(self._id, after=after):
            self._ids += [attempt.id for attempt in found]
            after = self._ids[-1]

    def _read(self, over: bool) -> tuple[str, bool]:
        if self._current >= len(self._ids):
            self.ended = over
            return (self._text.decode(b"", final=True) if over else ""), False
        id = self._ids[self._current]
        size = self._engine.log_sizes([id]).get(id)
        stop = min(size.bytes, self._at + AT_ONCE) if size else self._at
        parts = []
        if stop > self._at:
            for piece in self._engine.log_bytes(id, start=self._at, end=stop):
                parts.append(self._text.decode(piece.data))
            self._at = stop
        if size is None or (size.ended and stop == size.bytes):
            self._current, self._at = self._current + 1, 0
            return "".join(parts), over or self._current < len(self._ids)
        return "".join(parts), stop < size.bytes


def whole(engine: Engine, id: JobId) -> Iterator[str]:
    """As it stands now."""
    tail = Tail(engine, id)
    while True:
        yield tail.look()
        if not tail.more:
            return


def follow(tail: Tail, watching: AbstractContextManager[Watch]) -> Iterator[str | None]:
    """Until the job is over and all is told. None, every second or so, while nothing is new."""
    with watching as watch:
        while not tail.ended:
            try:
                text = tail.look()
            except Unavailable:
                yield None
                watch.wait(_OUTAGE)
                continue
            if text:
                yield text
            if not (tail.more or tail.ended):
                yield from _rest(watch)


def _rest(watch: Watch) -> Iterator[None]:
    waited = 0.0
    while waited < POLL:
        yield None
        if watch.wait(_HEAR):
            return
        waited += _HEAR
