from hypothesis import given
from hypothesis import strategies as st

from windlass.coordinator.engine.retry import after_failure, delay
from windlass.shared.spec import Retry
from windlass.shared.states import Reason

policies = st.builds(
    Retry,
    limit=st.integers(0, 100),
    initial_delay=st.floats(0, 1e6),
    scaling_factor=st.floats(1, 100),
    max_delay=st.floats(0, 1e6),
    jitter=st.floats(0, 1),
)
draws = st.floats(0, 1)


@given(policies, st.integers(1, 10_000), draws)
def test_a_delay_is_never_negative_nor_longer_than_the_longest(
    policy: Retry, nth: int, draw: float
) -> None:
    assert 0 <= delay(policy, nth, draw) <= policy.max_delay * (1 + 1e-9)


@given(policies, st.integers(1, 99))
def test_without_jitter_delays_do_not_shrink(policy: Retry, nth: int) -> None:
    assert delay(policy, nth, 1.0) <= delay(policy, nth + 1, 1.0) * (1 + 1e-9)


@given(policies, st.integers(1, 200), st.sampled_from(Reason), draws)
def test_a_task_is_tried_no_more_often_than_allowed(
    policy: Retry, failures: int, reason: Reason, draw: float
) -> None:
    if failures > policy.limit:
        assert after_failure(policy, failures, reason, draw) is None
