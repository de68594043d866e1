"""A table as JSON lines: its columns, and the cells of a row."""

from collections.abc import Sequence

import msgspec

from windlass.coordinator.dialects.linkis.results.model import Column

Cell = str | None

_LONGEST_HEADER = 1 << 20  # bytes


class _Header(msgspec.Struct):
    columns: Sequence[Column]


_header = msgspec.json.Decoder(_Header)
_row = msgspec.json.Decoder(list[msgspec.Raw])
_string = msgspec.json.Decoder(str)
_unreadable = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


def read_header(line: bytes) -> Sequence[Column] | None:
    """None: this is no table."""
    if len(line) > _LONGEST_HEADER:
        return None
    try:
        return tuple(_header.decode(line).columns) or None
    except _unreadable:
        return None


def read_row(line: bytes, columns: int) -> list[Cell]:
    """As many cells as columns, each as it was written: no number loses a digit, what is nested
    stays JSON. What is no array is a row with that text in its first column."""
    try:
        cells = [_cell(bytes(raw)) for raw in _row.decode(line)]
    except _unreadable:
        cells = [line.decode("utf-8", "replace")]
    return (cells + [None] * columns)[:columns]


def _cell(raw: bytes) -> Cell:
    if raw.startswith(b'"'):
        return _string.decode(raw)
    return None if raw == b"null" else raw.decode()
