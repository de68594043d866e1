"""Runs code of the sqlite engine: every statement in order, the rows of the last one as a table.

The database is in memory, or the file that SQLITE_DATABASE names.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

_BLANK = " \t\r\n;"
_TYPES = {int: "bigint", float: "double"}


def statements(code: str) -> Iterator[str]:
    text = ""
    for piece in code.split(";"):
        text += piece + ";"
        if sqlite3.complete_statement(text):
            yield text
            text = ""
    yield text


def cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else repr(value)


def kind(cells: list[Any]) -> str:
    """As clients know types. One column may hold several, as sqlite has it."""
    kinds = {_TYPES.get(type(each), "string") for each in cells if each is not None}
    if kinds == {"bigint", "double"}:
        return "double"
    return kinds.pop() if len(kinds) == 1 else "string"


def show(cursor: sqlite3.Cursor) -> None:
    names, rows = [column[0] for column in cursor.description], cursor.fetchall()
    kinds = [kind([row[at] for row in rows]) for at in range(len(names))]
    write({"columns": [{"name": name, "type": kinds[at]} for at, name in enumerate(names)]})
    for row in rows:
        write([cell(each) for each in row])


def write(value: Any) -> None:
    sys.stdout.write(json.dumps(value, separators=(",", ":")) + "\n")


def execute(connection: sqlite3.Connection, statement: str) -> sqlite3.Cursor:
    try:
        return connection.execute(statement)
    except sqlite3.Error as problem:
        sys.exit(f"{type(problem).__name__}: {problem}\nin: {statement.strip()}")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        todo = [each for each in statements(file.read()) if each.strip(_BLANK)]
    connection = sqlite3.connect(os.environ.get("SQLITE_DATABASE", ":memory:"))
    for statement in todo[:-1]:
        execute(connection, statement).fetchall()
    if todo:
        last = execute(connection, todo[-1])
        if last.description is not None:
            show(last)
    connection.commit()


if __name__ == "__main__":
    main()
