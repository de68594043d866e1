"""Big totals are remembered for a moment, small ones never."""

from tests.support.clocks import HandClock
from windlass.coordinator.engine.counts import BIG, REMEMBERED_FOR, Counts


def test_a_big_total_is_not_counted_again_at_once() -> None:
    clock = HandClock()
    counts = Counts(clock)

    assert counts.get("a", lambda: BIG + 1) == BIG + 1
    assert counts.get("a", lambda: 0) == BIG + 1
    assert counts.get("b", lambda: 7) == 7
    clock.pass_(REMEMBERED_FOR)
    assert counts.get("a", lambda: 0) == 0


def test_a_small_one_is_always_counted() -> None:
    counts, totals = Counts(HandClock()), iter([0, 1, BIG])

    assert [counts.get("a", lambda: next(totals)) for _ in range(3)] == [0, 1, BIG]
