"""Runs code of the python engine in a fresh interpreter; ``show(table)`` makes its result a table.

``show`` takes a DataFrame, a list of dicts, or rows and the names of their columns. It must come
before anything is printed; what is printed afterwards goes to the log.
"""

import json
import sys
import traceback
from typing import Any, TextIO

Columns = list[tuple[str, str]]


class Watched:
    """A stream that knows whether anything was written to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.used = False

    def write(self, text: str) -> int:
        self.used = self.used or bool(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Show:
    """What code calls to give a table; again for more rows of the same columns."""

    def __init__(self, out: Watched) -> None:
        self._out = out
        self._columns: Columns | None = None

    def __call__(self, table: Any, columns: Any = None) -> None:
        found, rows = read(table, columns)
        if self._columns is None:
            self._begin(found)
        elif [name for name, _ in found] != [name for name, _ in self._columns]:
            raise ValueError("show: all tables of one task need the same columns")
        for row in rows:
            self._out.write(line([None if cell is None else str(cell) for cell in row]))
        self._out.flush()

    def _begin(self, columns: Columns) -> None:
        if self._out.used:
            raise RuntimeError("show: must come before anything is printed")
        self._columns = columns
        sys.stdout = sys.stderr
        self._out.write(line({"columns": [{"name": n, "type": t} for n, t in columns]}))


def line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def read(table: Any, columns: Any) -> tuple[Columns, list[list[Any]]]:
    """Columns with their types, and rows."""
    if hasattr(table, "itertuples") and hasattr(table, "columns"):
        names = list(table.columns)
        rows = [[_present(cell) for cell in row] for row in table.itertuples(index=False)]
    elif columns is None:
        items = list(table)
        names = list(items[0]) if items else []
        rows = [[item.get(name) for name in names] for item in items]
    else:
        names, rows = list(columns), [list(row) for row in table]
    if not names or any(len(row) != len(names) for row in rows):
        raise ValueError("show: a table needs columns, and each row as many cells")
    kinds = [_kind([row[at] for row in rows]) for at in range(len(names))]
    return [(str(name), kinds[at]) for at, name in enumerate(names)], rows


def _present(cell: Any) -> Any:
    """pandas says NaN for what is not there."""
    return None if isinstance(cell, float) and cell != cell else cell  # noqa: PLR0124


def _kind(cells: list[Any]) -> str:
    kinds = {type(cell).__name__ for cell in cells if cell is not None}
    if kinds and all(kind.startswith("int") for kind in kinds):
        return "bigint"
    if kinds and all(kind.startswith(("int", "float")) for kind in kinds):
        return "double"
    return "boolean" if kinds in ({"bool"}, {"bool_"}) else "string"


def main() -> int:
    path, arguments = sys.argv[1], sys.argv[2:]
    with open(path, encoding="utf-8") as file:
        source = file.read()
    sys.argv = [path, *arguments]
    out = Watched(sys.stdout)
    sys.stdout = out  # whatever it lacks is the stream's
    scope = {"__name__": "__main__", "__file__": path, "show": Show(out)}
    try:
        exec(compile(source, path, "exec"), scope)  # noqa: S102 - what it is for
    except SystemExit:
        raise
    except BaseException as problem:  # told without the lines of this program
        inner = problem.__traceback__.tb_next if problem.__traceback__ else None
        traceback.print_exception(type(problem), problem, inner)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
