from collections.abc import Iterator, Sequence
from threading import Event
from uuid import UUID

import pytest
from redis.exceptions import ConnectionError as Gone

from tests.support.clocks import HandClock
from windlass.shared.events import LogChunk
from windlass.shared.ids import new_attempt_id
from windlass.shared.streams import Outlet
from windlass.worker.chunker import CHUNK, Chunker
from windlass.worker.pump import BATCH, FLUSH_AFTER, LOG_BACKLOG, TAIL, Abandoned, Pump
from windlass.worker.runtimes.base import Stream


class FakeOutlet(Outlet):
    def __init__(self, failures: int = 0, backlog: Sequence[int] = ()) -> None:
        self.batches: list[list[LogChunk]] = []
        self.failures = failures
        self.backlog = list(backlog)
        self.asked = 0

    def publish_log(self, batch: Sequence[LogChunk]) -> int:
        if self.failures:
            self.failures -= 1
            raise Gone("away")
        self.batches.append(list(batch))
        return self.backlog.pop(0) if self.backlog else 0

    def lengths(self) -> tuple[int, int]:
        self.asked += 1
        return 0, self.backlog.pop(0) if self.backlog else 0

    def log_position(self, attempt_id: UUID) -> int:
        raise Gone("away")

    @property
    def size(self) -> int:
        return sum(chunk.size for batch in self.batches for chunk in batch)


def carry(outlet: Outlet, *pieces: tuple[Stream, bytes]) -> list[LogChunk]:
    chunker = Chunker(new_attempt_id())
    return Pump(outlet, HandClock()).carry(pieces, chunker, Event())


def test_a_short_log_stays_for_the_final_report() -> None:
    outlet = FakeOutlet()

    tail = carry(outlet, ("out", b"hello\n"), ("err", b"world\n"))

    assert [(c.stream, c.data) for c in tail] == [("out", b"hello\n"), ("err", b"world\n")]
    assert outlet.batches == []


def test_a_longer_log_is_sent_in_batches_of_bounded_size() -> None:
    outlet = FakeOutlet()
    piece: tuple[Stream, bytes] = ("out", b"x" * 60_000)

    tail = carry(outlet, *[piece] * 40)

    assert tail == []
    assert outlet.size == 40 * 60_000
    assert all(sum(c.size for c in batch) <= BATCH for batch in outlet.batches)
    assert len(outlet.batches) <= 6


def test_a_short_end_stays_for_the_final_report_behind_what_was_sent() -> None:
    outlet = FakeOutlet()
    piece: tuple[Stream, bytes] = ("out", b"x" * CHUNK)

    tail = carry(outlet, *[piece] * 8, ("out", b"y" * TAIL))

    assert outlet.size == BATCH
    assert sum(chunk.size for chunk in tail) == TAIL


def test_bytes_do_not_wait_long_for_company() -> None:
    outlet, clock = FakeOutlet(), HandClock()

    def pieces() -> Iterator[tuple[Stream, bytes]]:
        yield "out", b"a question? "
        assert outlet.batches == []
        clock.pass_(FLUSH_AFTER)
        yield "out", b""
        assert outlet.size == len(b"a question? ")

    assert Pump(outlet, clock).carry(pieces(), Chunker(new_attempt_id()), Event()) == []


def test_a_byte_after_a_silence_goes_at_once() -> None:
    outlet, clock = FakeOutlet(), HandClock()

    def pieces() -> Iterator[tuple[Stream, bytes]]:
        clock.pass_(FLUSH_AFTER)
        yield "out", b"one\n"
        assert outlet.size == len(b"one\n")
        yield "out", b"two\n"
        assert outlet.size == len(b"one\n")

    Pump(outlet, clock).carry(pieces(), Chunker(new_attempt_id()), Event())


def test_a_batch_is_repeated_until_redis_has_it() -> None:
    outlet = FakeOutlet(failures=2)

    carry(outlet, ("out", b"x" * (TAIL + 1)))

    assert outlet.size == TAIL + 1


def test_nothing_more_is_read_while_the_engine_is_behind() -> None:
    outlet = FakeOutlet(backlog=[LOG_BACKLOG + 1, LOG_BACKLOG + 1, LOG_BACKLOG])

    carry(outlet, ("out", b"x" * (TAIL + 1)))

    assert outlet.asked == 2


def test_a_log_nobody_wants_is_given_up_though_redis_is_away() -> None:
    unwanted = Event()
    unwanted.set()
    pump = Pump(FakeOutlet(failures=1_000_000), HandClock())

    with pytest.raises(Abandoned):
        pump.send(Chunker(new_attempt_id()).feed("out", b"x" * 70_000), unwanted)
    with pytest.raises(Abandoned):
        pump.position(new_attempt_id(), unwanted)
    with pytest.raises(Abandoned):
        pump.carry([("out", b"x")], Chunker(new_attempt_id()), unwanted)
