import pytest
from hypothesis import given
from hypothesis import strategies as st

from windlass.shared.sealing import Ring, Unreadable, is_sealed, parse_ring

OLD, NEW = "o" * 32, "n" * 32


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_is_another_text_each_time_and_opens_to_the_same(text: str) -> None:
    ring = Ring.of([NEW])

    sealed = ring.seal(text)

    assert is_sealed(sealed)
    assert ring.is_current(sealed)
    assert sealed != ring.seal(text)
    assert ring.open(sealed) == text


def test_the_first_key_seals_and_all_of_them_open() -> None:
    sealed = Ring.of([OLD]).seal("hidden")

    both = Ring.of([NEW, OLD])

    assert both.open(sealed) == "hidden"
    assert not both.is_current(sealed)
    assert Ring.of([NEW]).open(both.seal("hidden")) == "hidden"


def test_another_key_opens_nothing_and_is_told_by_name_only() -> None:
    sealed = Ring.of([OLD]).seal("hidden")

    with pytest.raises(Unreadable) as refused:
        Ring.of([NEW]).open(sealed)

    assert sealed[1:9] in str(refused.value)
    assert OLD not in str(refused.value) + repr(Ring.of([OLD]))


@pytest.mark.parametrize("place", [12, -1])
def test_what_was_altered_is_not_opened(place: int) -> None:
    ring = Ring.of([NEW])
    letters = list(ring.seal("hidden"))
    letters[place] = "A" if letters[place] != "A" else "B"

    with pytest.raises(Unreadable):
        ring.open("".join(letters))


@pytest.mark.parametrize("cut", [10, 11, 20])
def test_what_was_cut_is_not_opened(cut: int) -> None:
    ring = Ring.of([NEW])

    with pytest.raises(Unreadable):
        ring.open(ring.seal("hidden")[:cut])


@pytest.mark.parametrize("text", ["", "{}", "\x01", "\x01soon", "name: job"])
def test_what_was_never_sealed_stays_as_it_is(text: str) -> None:
    assert Ring.of([NEW]).open(text) == Ring().open(text) == Ring().seal(text) == text


def test_keys_are_named_with_commas_between() -> None:
    assert parse_ring(f"{NEW}, {OLD}").names == Ring.of([NEW, OLD]).names
    assert parse_ring("").names == ()


def test_a_key_that_cannot_be_random_is_refused() -> None:
    with pytest.raises(ValueError, match="32 random characters"):
        parse_ring("changeme")
