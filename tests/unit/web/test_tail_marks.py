import pytest
from hypothesis import given
from hypothesis import strategies as st

from windlass.coordinator.engine.errors import Invalid
from windlass.coordinator.web.tail import marks

NUMBERS = st.lists(st.integers(0, (1 << 63) - 1), max_size=20)


@given(NUMBERS)
def test_a_mark_says_what_was_put_into_it(numbers: list[int]) -> None:
    assert marks.decode("j", marks.encode("j", numbers)) == numbers


@given(st.text(max_size=60))
def test_whatever_else_comes_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        marks.decode("j", text)


@given(NUMBERS, st.integers(0, 200), st.sampled_from("Aa-_9=+ \n"))
def test_a_mark_that_was_changed_is_refused(numbers: list[int], place: int, other: str) -> None:
    mark = marks.encode("j", numbers)
    changed = mark[: place % len(mark)] + other + mark[place % len(mark) + 1 :]
    if changed == mark:
        changed += other

    with pytest.raises(Invalid):
        marks.decode("j", changed)


def test_a_mark_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid):
        marks.decode("a", marks.encode("j", [1]))
