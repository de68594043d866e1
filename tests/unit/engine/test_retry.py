import pytest

from windlass.coordinator.engine.retry import RETRYABLE, after_failure, after_loss, delay
from windlass.shared.spec import Retry
from windlass.shared.states import Reason

PLAIN = Retry(limit=5, initial_delay=2.0, scaling_factor=3.0, max_delay=50.0, jitter=0.0)


def test_delays_grow_by_the_factor_up_to_the_longest() -> None:
    assert [delay(PLAIN, n, 0.5) for n in range(1, 6)] == [2.0, 6.0, 18.0, 50.0, 50.0]


def test_a_delay_too_large_to_compute_is_the_longest() -> None:
    assert delay(Retry(scaling_factor=100.0, max_delay=9.0, jitter=0.0), 10_000, 0.0) == 9.0


@pytest.mark.parametrize(("draw", "seconds"), [(0.0, 8.0), (0.5, 9.0), (1.0, 10.0)])
def test_jitter_is_the_share_that_is_drawn(draw: float, seconds: float) -> None:
    assert delay(Retry(initial_delay=10.0, jitter=0.2), 1, draw) == pytest.approx(seconds)


def test_retries_end_with_the_limit() -> None:
    answers = [after_failure(PLAIN, n, Reason.EXIT_CODE, 0.0) for n in (5, 6)]

    assert answers == [50.0, None]


@pytest.mark.parametrize("reason", sorted(set(Reason) - RETRYABLE))
def test_some_failures_are_final(reason: Reason) -> None:
    assert after_failure(PLAIN, 1, reason, 0.0) is None


def test_the_fifth_loss_is_the_last() -> None:
    assert [after_loss(n) for n in range(1, 7)] == [0.0, 5.0, 10.0, 20.0, None, None]
