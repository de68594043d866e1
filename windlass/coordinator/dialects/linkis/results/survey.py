"""One look at a whole result: what kind it is, and where its files begin."""

from collections.abc import Iterable, Iterator
from itertools import chain

from windlass.coordinator.dialects.linkis.results.model import (
    BYTES,
    ROWS,
    STDOUT,
    Kind,
    Layout,
    ResultFile,
)
from windlass.coordinator.dialects.linkis.results.pieces import Line, Piece, lines
from windlass.coordinator.dialects.linkis.results.tables import read_header


def survey(pieces: Iterable[Piece], *, tabular: bool, rows: int = ROWS) -> Layout:
    """In one pass, with one piece in memory. ``tabular``: it may be a table; if its first line
    is no header it is text all the same."""
    found = lines(pieces)
    first = next(found, None)
    if first is None:
        return Layout(Kind.TEXT, (STDOUT,), (ResultFile(0, 0, 0, 0),))
    columns = read_header(first.data) if tabular else None
    if columns is None:
        return Layout(Kind.TEXT, (STDOUT,), tuple(_files(chain([first], found), 0, rows)))
    return Layout(Kind.TABLE, columns, tuple(_files(found, first.next, rows)))


def _files(found: Iterator[Line], start: int, most: int) -> Iterator[ResultFile]:
    number = rows = 0
    stop = start
    for line in found:
        if rows == most or (rows and line.next - start > BYTES):
            yield ResultFile(number, start, stop, rows)
            number, start, rows = number + 1, stop, 0
        rows, stop = rows + 1, line.next
    if rows or not number:
        yield ResultFile(number, start, stop, rows)
