"""The two Redis streams between workers and the engine: events and log chunks.

At least once, in order per writer. Readers must tolerate repeats. An entry leaves the stream when
its reader has committed it, never because the stream is long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from redis import Redis
from redis.exceptions import ResponseError

from windlass.shared import events, keys
from windlass.shared.lease import TICKET_TTL

_FIELD = b"d"


@dataclass(frozen=True)
class Entry:
    id: str
    data: bytes


class Outlet:
    """The worker's side: batches in, one round trip each. May raise ``redis.RedisError``."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def publish(self, batch: Sequence[events.AnyEvent]) -> None:
        self._add(keys.EVENTS, [events.encode(event) for event in batch])

    def publish_log(self, batch: Sequence[events.LogChunk]) -> int:
        """Chunks of any attempts, and with each how far its log has come, in one transaction.

        Returns how many chunks the engine has not committed yet.
        """
        with self._redis.pipeline(transaction=True) as pipe:
            for chunk in batch:
                pipe.xadd(keys.LOGS, {_FIELD: events.encode_chunk(chunk)})
                position = keys.log_position(chunk.attempt_id)
                pipe.set(position, chunk.first_byte + chunk.size, ex=TICKET_TTL)
            pipe.xlen(keys.LOGS)
            return int(pipe.execute()[-1])

    def log_position(self, attempt_id: UUID) -> int:
        """How many bytes of this log have left; 0 where nobody knows."""
        return int(cast(Any, self._redis.get(keys.log_position(attempt_id))) or 0)

    def lengths(self) -> tuple[int, int]:
        """How many events and log chunks the engine has not committed yet."""
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.xlen(keys.EVENTS)
            pipe.xlen(keys.LOGS)
            first, second = pipe.execute()
        return int(first), int(second)

    def _add(self, stream: str, batch: Sequence[bytes]) -> None:
        with self._redis.pipeline(transaction=False) as pipe:
            for data in batch:
                pipe.xadd(stream, {_FIELD: data})
            pipe.execute()


class Inlet:
    """The engine's side of one stream, through a consumer group. May raise ``redis.RedisError``."""

    def __init__(self, redis: "Redis", stream: str, group: str, consumer: str) -> None:
        self._redis = redis
        self._stream = stream
        self._group = group
        self._consumer = consumer

    def fresh(self, limit: int, block_ms: int | None) -> list[Entry]:
        """Entries nobody has read; waits ``block_ms`` at most for the first (None: not at all)."""
        return self._read(">", limit, block_ms)

    def pending(self, limit: int) -> list[Entry]:
        """What this consumer read before and did not commit."""
        return self._read("0", limit, None)

    def abandoned(self, limit: int, idle_ms: int) -> list[Entry]:
        """Take over what another consumer read at least ``idle_ms`` ago and did not commit."""
        try:
            answer = self._redis.xautoclaim(
                self._stream, self._group, self._consumer, idle_ms, count=limit
            )
        except ResponseError as problem:
            self._recreate(problem)
            return []
        return _entries(cast(Any, answer)[1])

    def done(self, entries: Sequence[Entry]) -> None:
        """Committed: acknowledge and forget, both or neither: an entry that is only acknowledged
        comes to nobody any more, and looks as if it were never committed."""
        if not entries:
            return
        ids = [entry.id for entry in entries]
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self._stream, self._group, *ids)
            pipe.xdel(self._stream, *ids)
            pipe.execute()

    def _read(self, start: str, limit: int, block_ms: int | None) -> list[Entry]:
        try:
            answer = self._redis.xreadgroup(
                self._group, self._consumer, {self._stream: start}, count=limit, block=block_ms
            )
        except ResponseError as problem:
            self._recreate(problem)
            return []
        if not answer:
            return []
        found = cast(Any, answer)
        groups = found.values() if isinstance(found, dict) else [pairs for _, pairs in found]
        return [entry for pairs in groups for entry in _entries(pairs)]

    def _recreate(self, problem: ResponseError) -> None:
        """A Redis that forgot everything forgot the group as well."""
        if "NOGROUP" not in str(problem):
            raise problem
        try:
            self._redis.xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except ResponseError as race:
            if "BUSYGROUP" not in str(race):
                raise


def _entries(pairs: Any) -> list[Entry]:
    while (
        pairs and isinstance(pairs[0], list) and pairs[0] and isinstance(pairs[0][0], tuple | list)
    ):
        pairs = pairs[0]
    return [Entry(id.decode(), fields.get(_FIELD, b"")) for id, fields in pairs if fields]
