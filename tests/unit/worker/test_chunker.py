import hashlib
import zlib
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from windlass.shared.events import LogChunk
from windlass.shared.ids import new_attempt_id
from windlass.worker.chunker import CHUNK, Chunker
from windlass.worker.runtimes.base import Stream

Pieces = list[tuple[Stream, bytes]]

_DATA = st.one_of(
    st.binary(max_size=64),
    st.builds(bytes.__mul__, st.binary(min_size=1, max_size=9), st.integers(0, 20_000)),
)
PIECES = st.lists(st.tuples(st.sampled_from(get_args(Stream)), _DATA), max_size=12)


def content(chunk: LogChunk) -> bytes:
    return zlib.decompress(chunk.data) if chunk.packed else chunk.data


def chunks_of(chunker: Chunker, pieces: Pieces) -> list[LogChunk]:
    chunks = [chunk for stream, data in pieces for chunk in chunker.feed(stream, data)]
    return chunks + chunker.flush()


@given(PIECES)
def test_any_bytes_in_any_pieces_come_out_as_they_went_in(pieces: Pieces) -> None:
    whole = b"".join(data for _, data in pieces)
    chunker = Chunker(new_attempt_id())

    chunks = chunks_of(chunker, pieces)

    assert b"".join(map(content, chunks)) == whole
    assert chunker.size == len(whole)
    assert chunker.lines == whole.count(b"\n")
    assert chunker.sha256 == hashlib.sha256(whole).hexdigest()


@given(PIECES)
def test_every_chunk_says_where_it_lies(pieces: Pieces) -> None:
    whole = b"".join(data for _, data in pieces)

    for chunk in chunks_of(Chunker(new_attempt_id()), pieces):
        before, data = whole[: chunk.first_byte], content(chunk)
        assert whole[chunk.first_byte :].startswith(data)
        assert chunk.first_line == before.count(b"\n")
        assert (chunk.size, chunk.lines) == (len(data), data.count(b"\n"))
        assert 0 < chunk.size <= CHUNK


@given(PIECES)
def test_the_streams_keep_their_bytes_apart(pieces: Pieces) -> None:
    chunks = chunks_of(Chunker(new_attempt_id()), pieces)

    for stream in get_args(Stream):
        written = b"".join(data for name, data in pieces if name == stream)
        assert b"".join(content(c) for c in chunks if c.stream == stream) == written


@given(PIECES, st.integers(0, 200_000))
def test_what_has_left_before_is_counted_but_not_sent_again(pieces: Pieces, position: int) -> None:
    whole = b"".join(data for _, data in pieces)
    chunker = Chunker(new_attempt_id(), position)

    chunks = chunks_of(chunker, pieces)

    assert b"".join(map(content, chunks)) == whole[position:]
    assert [c.first_byte for c in chunks][:1] == [position][: len(chunks)]
    assert all(c.first_line == whole[: c.first_byte].count(b"\n") for c in chunks)
    assert chunker.sha256 == hashlib.sha256(whole).hexdigest()


def test_a_full_chunk_ends_at_a_newline_where_one_is_near() -> None:
    chunker = Chunker(new_attempt_id())

    (chunk,) = chunker.feed("out", b"x" * 60_000 + b"\n" + b"y" * 10_000)

    assert content(chunk) == b"x" * 60_000 + b"\n"


def test_a_line_longer_than_a_chunk_is_cut() -> None:
    chunker = Chunker(new_attempt_id())

    (chunk,) = chunker.feed("out", b"x" * (CHUNK + 1))

    assert content(chunk) == b"x" * CHUNK


def test_noise_is_not_packed_and_text_is() -> None:
    noise = b"".join(hashlib.sha512(bytes([n])).digest() for n in range(32))
    text = b"the same line again\n" * 100

    (dense,) = chunks_of(Chunker(new_attempt_id()), [("out", noise)])
    (packed,) = chunks_of(Chunker(new_attempt_id()), [("out", text)])

    assert not dense.packed
    assert packed.packed
    assert len(packed.data) < len(text) / 5


def test_the_last_bytes_are_at_hand_for_an_error_text() -> None:
    chunker = Chunker(new_attempt_id())

    for number in range(50_000):
        chunker.feed("out", b"line %d\n" % number)

    assert chunker.recent.endswith(b"line 49998\nline 49999\n")
    assert len(chunker.recent) == 4096
