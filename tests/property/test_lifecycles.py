from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windlass.shared.states import ATTEMPT, JOB, TASK, AttemptState, Lifecycle

ORDER = list(AttemptState)
LIFECYCLES = [JOB, TASK, ATTEMPT]


@given(st.lists(st.sampled_from(AttemptState)))
def test_reports_in_any_order_only_move_forward(reports: list[AttemptState]) -> None:
    state, seen = AttemptState.PENDING, [AttemptState.PENDING]
    for to in reports:
        if state in ATTEMPT.sources(to):
            state = to
            seen.append(to)

    assert seen == sorted(seen, key=ORDER.index)
    assert sum(map(ATTEMPT.is_final, seen)) <= 1


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.table)
def test_every_open_state_leads_to_an_end_and_none_to_itself(lifecycle: Lifecycle[StrEnum]) -> None:
    for state, targets in lifecycle.edges.items():
        assert state not in targets
        assert any(map(lifecycle.is_final, targets))
