"""Many rows as one parameter: JSON, which Postgres unpacks faster than it parses a VALUES list."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

T = TypeVar("T")

PAGE = 5_000  # rows in one statement

_encode = msgspec.json.Encoder().encode


def packed(rows: Sequence[object]) -> str:
    """For ``json_to_recordset``. Strings in it must be clean (``shared.text``)."""
    return _encode(rows).decode()


def pages(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE]
