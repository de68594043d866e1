"""A file of a result, as getDirFileTrees and openFile show it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from windlass.coordinator.dialects.linkis.results.model import Kind, Layout, ResultFile
from windlass.coordinator.dialects.linkis.results.pieces import Piece, lines
from windlass.coordinator.dialects.linkis.results.query import LEAVE_NULL, Query
from windlass.coordinator.dialects.linkis.results.tables import Cell, read_row


def show(layout: Layout, file: ResultFile, pieces: Iterable[Piece], query: Query) -> dict[str, Any]:
    """openFile's ``data``. ``pieces`` begin at ``file.start``, and may go beyond ``file.stop``.
    Neither metadata nor fileContent is ever null, ``totalLine`` counts the rows of this page: who
    reads until it is 0 comes to an end."""
    window = _window(query, len(layout.columns))
    rows = [
        [_shown(cell, query) for cell in row[window]] for row in _rows(layout, file, pieces, query)
    ]
    return {
        "metadata": [
            {"columnName": column.name, "comment": column.comment, "dataType": column.type}
            for column in layout.columns[window]
        ],
        "fileContent": rows,
        "type": layout.kind.value,
        "totalLine": len(rows),
        "page": query.page,
        "totalPage": 0,
        "totalColumn": len(layout.columns),
    }


def tree(layout: Layout, path: str, modified: int) -> dict[str, Any]:
    """getDirFileTrees' ``dirFileTrees`` of a directory; ``modified`` in ms since 1970."""
    path = path.rstrip("/")
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "properties": None,
        "isLeaf": False,
        "parentPath": None,
        "children": [
            {
                "name": file.name,
                "path": f"{path}/{file.name}",
                "properties": {"size": str(file.stop - file.start), "modifytime": str(modified)},
                "children": None,
                "isLeaf": True,
                "parentPath": path,
            }
            for file in layout.files
        ],
    }


def _window(query: Query, columns: int) -> slice:
    size = query.column_page_size or columns
    return slice((query.column_page - 1) * size, query.column_page * size)


def _rows(
    layout: Layout, file: ResultFile, pieces: Iterable[Piece], query: Query
) -> Iterator[Sequence[Cell]]:
    first = min(file.rows, (query.page - 1) * query.page_size)
    last = min(file.rows, first + query.page_size)
    if first == last:
        return
    for line in islice(lines(pieces), first, last):
        if layout.kind is Kind.TABLE:
            yield read_row(line.data, len(layout.columns))
        else:
            yield [line.data.decode(query.charset, "replace")]


def _shown(cell: Cell, query: Query) -> Cell:
    if cell is None and query.null_value != LEAVE_NULL:
        return query.null_value
    return cell
