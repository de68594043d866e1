"""A stream into the engine: at least once, acknowledged after the commit.

An entry that cannot be taken in is found by halving its batch, so that it takes no neighbour along,
and put aside; an outage is not the entry's fault, so it is met by trying again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, Generic, TypeVar

import structlog
from prometheus_client import Counter
from redis import Redis, RedisError

from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away
from windlass.shared.streams import Entry, Inlet

T = TypeVar("T")

BLOCK_MS = 1000  # less than the socket's own timeout; how long an end may take
GAP = 0.02  # seconds between two batches: what comes meanwhile is committed together
CLAIM_EVERY = 10.0
CLAIM_IDLE_MS = 15_000
AT_ONCE = 8 << 20  # bytes in one transaction: a report may carry a megabyte of output

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Source(Generic[T]):
    """A stream, how to read it, and the stream for what cannot be taken in."""

    stream: str
    group: str
    decode: Callable[[bytes], T]
    dead: str
    dead_length: int
    taken: Counter
    buried: Counter


class StreamReader(Generic[T]):
    """``consumer`` names this process among its like, and stays the same over restarts. ``consume``
    has committed a batch when it returns; at most ``limit`` come at once."""

    def __init__(
        self,
        redis: Redis,
        consumer: str,
        source: Source[T],
        consume: Callable[[Sequence[T]], None],
        limit: int,
    ) -> None:
        self._redis = redis
        self._inlet = Inlet(redis, source.stream, source.group, consumer)
        self._source = source
        self._consume = consume
        self._limit = limit
        self._behind = True  # perhaps: what was read here, or in an earlier life, and not committed
        self._claimed_at = 0.0
        self._read_at = 0.0

    def step(self) -> float:
        """Waits for entries itself, so it rests only to let the loop look at ``stop``."""
        try:
            for portion in _portions(self._read()):
                self._handle(portion)
        except RedisError as problem:
            self._behind = True
            raise Away(f"Redis: {problem}") from problem
        except Exception:
            self._behind = True
            raise
        return 0.0

    def _read(self) -> Sequence[Entry]:
        if self._behind:
            entries = self._inlet.pending(self._limit)
            self._behind = bool(entries)
            return entries
        if monotonic() - self._claimed_at > CLAIM_EVERY:
            entries = self._inlet.abandoned(self._limit, CLAIM_IDLE_MS)
            if len(entries) < self._limit:
                self._claimed_at = monotonic()
            if entries:
                return entries
        return self._fresh()

    def _fresh(self) -> Sequence[Entry]:
        """The first at once, those that follow closely in company."""
        sleep(max(0.0, self._read_at + GAP - monotonic()))
        entries = self._inlet.fresh(self._limit, BLOCK_MS)
        self._read_at = monotonic()
        return entries

    def _handle(self, entries: Sequence[Entry]) -> None:
        try:
            self._consume([self._source.decode(entry.data) for entry in entries])
        except (Unavailable, Away, RedisError):
            raise
        except Exception as problem:  # one of them is bad: find it
            self._isolate(entries, problem)
            return
        self._source.taken.inc(len(entries))
        self._inlet.done(entries)

    def _isolate(self, entries: Sequence[Entry], problem: Exception) -> None:
        if len(entries) == 1:
            self._bury(entries[0], problem)
            return
        half = len(entries) // 2
        self._handle(entries[:half])
        self._handle(entries[half:])

    def _bury(self, entry: Entry, problem: Exception) -> None:
        stream, error = self._source.stream, repr(problem)[:1000]
        _log.error("entry.buried", stream=stream, entry=entry.id, error=error)
        fields: Any = {"d": entry.data, "id": entry.id, "error": error}
        dead, length = self._source.dead, self._source.dead_length
        self._redis.xadd(dead, fields, maxlen=length, approximate=True)
        self._inlet.done([entry])
        self._source.buried.inc()


def _portions(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """In order, of a bounded size each."""
    begin, size = 0, 0
    for at, entry in enumerate(entries):
        size += len(entry.data)
        if size > AT_ONCE and at > begin:
            yield entries[begin:at]
            begin, size = at, len(entry.data)
    if entries:
        yield entries[begin:]
