"""Bytes of a log into presentable lines, in pieces that fit an event. Pure.

Pieces end at newlines. Only what has waited long enough, or is too long for one event, is shown
without its newline; then at a character's border, so that reading on from there is never wrong.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from windlass.coordinator.engine.logbook import presentable

LONGEST = 10 << 10  # bytes of one piece: six times that, as JSON with escapes, is below 64 KiB

_decoder = codecs.getincrementaldecoder("utf-8")


class Rest(Enum):
    """What becomes of bytes after the last newline."""

    KEPT = "kept"  # more may follow soon
    SHOWN = "shown"  # but for a character that is not whole
    LAST = "last"  # no more will come


@dataclass(frozen=True)
class Lines:
    """``partial``: the last line has no newline yet, and goes on in the next piece. ``end``: the
    bytes up to here have been shown."""

    first: int
    texts: list[str]
    partial: bool
    end: int


def cut(raw: bytes, first_byte: int, first_line: int, rest: Rest) -> Iterator[Lines]:
    at, line = 0, first_line
    while at < len(raw):
        end = raw.rfind(b"\n", at, at + LONGEST) + 1
        text = raw[at:end].decode(errors="replace")
        if not end:
            is_long = len(raw) - at >= LONGEST
            text, end = _unfinished(raw, at, Rest.SHOWN if is_long else rest)
        if end == at:
            return
        texts = presentable(text).split("\n")
        whole = len(texts) - 1
        partial = texts[-1] != "" or not whole
        yield Lines(line, texts if partial else texts[:-1], partial, first_byte + end)
        at, line = end, line + whole


def _unfinished(raw: bytes, at: int, rest: Rest) -> tuple[str, int]:
    """What can be shown of a line without its end, and where that ends."""
    if rest is Rest.KEPT:
        return "", at
    piece = raw[at : at + LONGEST]
    decoder = _decoder("replace")
    text = decoder.decode(piece, final=rest is Rest.LAST)
    return text, at + len(piece) - len(decoder.getstate()[0])
