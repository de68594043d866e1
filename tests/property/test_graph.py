from graphlib import CycleError, TopologicalSorter

from hypothesis import given
from hypothesis import strategies as st

from windlass.coordinator.engine.graph import a_cycle


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    size = draw(st.integers(1, 12))
    needs = st.sets(st.integers(0, size - 1), max_size=3)
    return [sorted(draw(needs) - {position}) for position in range(size)]


@given(graphs())
def test_a_circle_is_found_exactly_when_there_is_one(needs: list[list[int]]) -> None:
    cycle = a_cycle(needs)

    assert bool(cycle) == _has_cycle(needs)
    for child, parent in zip(cycle, [*cycle[1:], *cycle[:1]], strict=True):
        assert parent in needs[child]


def _has_cycle(needs: list[list[int]]) -> bool:
    try:
        TopologicalSorter(dict(enumerate(needs))).prepare()
    except CycleError:
        return True
    return False
