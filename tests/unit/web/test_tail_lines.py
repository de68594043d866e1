from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.following import text_of
from windlass.coordinator.web.tail import lines
from windlass.coordinator.web.tail.lines import LONGEST, Rest, cut

PARTS = [b"\n", b"\r", b"\0", b"a", b"\xff", b"\xc3", "ü".encode(), "€".encode(), b"word ", b"\n\n"]
LOGS = st.lists(
    st.one_of(st.sampled_from(PARTS), st.integers(1, 30).map(lambda n: "ü€a".encode() * n * 100)),
    max_size=30,
).map(b"".join)


def shown(raw: bytes) -> str:
    return raw.decode(errors="replace").replace("\0", "␀")


@given(raw=LOGS, first_line=st.integers(0, 5), rest=st.sampled_from(Rest))
@example(raw="ü".encode() * LONGEST, first_line=0, rest=Rest.KEPT)
@example(raw=b"\n" * LONGEST * 2, first_line=0, rest=Rest.LAST)
def test_pieces_are_the_lines_of_what_they_cover(raw: bytes, first_line: int, rest: Rest) -> None:
    pieces = list(cut(raw, 100, first_line, rest))

    end = pieces[-1].end - 100 if pieces else 0
    assert text_of([{"lines": p.texts, "partial": p.partial} for p in pieces]) == shown(raw[:end])
    begins = [100, *(piece.end for piece in pieces)]
    for piece, begin in zip(pieces, begins, strict=False):
        assert piece.first == first_line + raw.count(b"\n", 0, begin - 100)
        assert piece.end - begin <= LONGEST


@given(raw=LOGS, rest=st.sampled_from(Rest))
def test_what_is_left_is_what_was_to_be_left(raw: bytes, rest: Rest) -> None:
    pieces = list(cut(raw, 0, 0, rest))

    left = raw[pieces[-1].end if pieces else 0 :]
    if rest is Rest.LAST:
        assert not left
    elif rest is Rest.SHOWN:
        assert len(left) <= 3
    else:
        assert b"\n" not in left
        assert len(left) < LONGEST


@given(raw=LOGS, place=st.integers(0, 200))
def test_reading_on_shows_the_same_as_reading_at_once(raw: bytes, place: int) -> None:
    first = list(cut(raw[:place], 0, 0, Rest.SHOWN))
    end = first[-1].end if first else 0
    second = list(cut(raw[end:], end, raw.count(b"\n", 0, end), Rest.LAST))

    texts = [{"lines": p.texts, "partial": p.partial} for p in [*first, *second]]
    assert text_of(texts) == shown(raw)


def test_the_longest_piece_fits_an_event_even_when_all_of_it_is_escaped() -> None:
    assert lines.LONGEST * 6 <= 61 << 10
