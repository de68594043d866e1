"""The engine as a worker sees it, played by a test: sends orders, reads reports, gives verdicts."""

import zlib
from uuid import UUID

from redis import Redis

from windlass.coordinator.engine.ports import Away, Due
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.shared import events, keys, messages
from windlass.shared.events import AnyEvent, AttemptEvent, AttemptFinished, LogChunk, NodeBeat
from windlass.shared.lease import Leases, Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.streams import Inlet


class EngineSide:
    def __init__(self, redis: Redis, redis_url: str, node: str) -> None:
        self.leases = Leases(redis)
        self._node = node
        self._publisher = CeleryPublisher(redis_url, self.leases)
        self._events = Inlet(redis, keys.EVENTS, keys.ENGINE_GROUP, "test")
        self._logs = Inlet(redis, keys.LOGS, keys.LOGBOOK_GROUP, "test")
        self._seen: list[AnyEvent] = []
        self._chunks: list[LogChunk] = []

    def close(self) -> None:
        self._publisher.close()

    def send(self, *orders: RunAttempt, priority: int = 0) -> None:
        for order in orders:
            self.send_raw(order, messages.encode(order).decode(), priority)

    def send_raw(self, order: RunAttempt, message: str, priority: int = 0) -> None:
        due = Due(order.attempt_id, order.queue, priority, message)
        try:
            self._publisher.publish([due])
        except Away:  # a broken channel is made anew by the next call
            self._publisher.publish([due])

    def depth(self, queue: str = "default") -> int:
        return self._publisher.depth(queue)

    def judge(self, order: RunAttempt, verdict: Verdict) -> None:
        self.leases.judge([order.attempt_id], verdict, [self._node])

    def seen(self) -> list[AnyEvent]:
        """Every event so far."""
        entries = self._events.fresh(1000, None)
        self._seen += [events.decode(entry.data) for entry in entries]
        self._events.done(entries)
        return self._seen

    def reports(self, order: RunAttempt) -> list[AttemptEvent]:
        return [
            event
            for event in self.seen()
            if isinstance(event, AttemptEvent) and event.attempt_id == order.attempt_id
        ]

    def kinds(self, order: RunAttempt) -> list[str]:
        return [type(event).__name__ for event in self.reports(order)]

    def finished(self, order: RunAttempt) -> AttemptFinished | None:
        ends = [e for e in self.reports(order) if isinstance(e, AttemptFinished)]
        return ends[-1] if ends else None

    def was_reported(self, order: RunAttempt) -> bool:
        return bool(self.reports(order))

    def beats(self) -> list[NodeBeat]:
        return [event for event in self.seen() if isinstance(event, NodeBeat)]

    def running(self) -> set[UUID]:
        beats = self.beats()
        return set(beats[-1].running) if beats else set()

    def chunks(self, order: RunAttempt) -> list[LogChunk]:
        """What came by the log stream."""
        entries = self._logs.fresh(10_000, None)
        self._chunks += [events.decode_chunk(entry.data) for entry in entries]
        self._logs.done(entries)
        return [chunk for chunk in self._chunks if chunk.attempt_id == order.attempt_id]

    def log(self, order: RunAttempt) -> bytes:
        """Put together by offset, as far as it is known without a gap."""
        end = self.finished(order)
        whole = bytearray()
        chunks = self.chunks(order) + list(end.tail if end else ())
        for chunk in sorted(chunks, key=lambda chunk: chunk.first_byte):
            data = zlib.decompress(chunk.data) if chunk.packed else chunk.data
            if chunk.first_byte > len(whole):
                break
            whole[chunk.first_byte :] = (
                data
                if len(data) + chunk.first_byte > len(whole)
                else (data + whole[chunk.first_byte + len(data) :])
            )
        return bytes(whole)
