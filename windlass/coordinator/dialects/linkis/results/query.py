"""What a client asks of a file: its page, its columns, how to write what is not there."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from windlass.coordinator.dialects.linkis.results.model import ROWS

LEAVE_NULL = "LINKIS_NULL"  # as nullValue: it stays null

_TEXTS = frozenset(["utf-8", "ascii", "iso8859-1", "cp1252", "gbk", "gb2312", "gb18030", "big5"])
_DIGITS = 9  # of a number


class BadQuery(Exception):
    """``code`` as Linkis' storage has it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Query:
    page: int = 1
    page_size: int = ROWS
    column_page: int = 1
    column_page_size: int | None = None  # None: all
    null_value: str = "NULL"
    charset: str = "utf-8"


def read_query(values: Mapping[str, str]) -> Query:
    """As openFile has them. BadQuery: a number that is none, too long a page, no such charset."""
    size = _number(values, "pageSize", ROWS)
    if size > ROWS:
        raise BadQuery(80034, f"The size of a page cannot exceed {ROWS} (每页行数不能超过{ROWS})!")
    wide = _number(values, "columnPageSize", 0)
    return Query(
        page=max(1, _number(values, "page", 1)),
        page_size=size if size > 0 else ROWS,
        column_page=max(1, _number(values, "columnPage", 1)),
        column_page_size=wide if wide > 0 else None,
        null_value=values.get("nullValue", "NULL"),
        charset=_charset(values.get("charset") or "utf-8"),
    )


def _number(values: Mapping[str, str], name: str, otherwise: int) -> int:
    text = values.get(name, "").strip()
    if not text:
        return otherwise
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS):
        raise BadQuery(80036, f"{name} must be a whole number, not {text[:40]!r}")
    return int(text)


def _charset(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if found not in _TEXTS:
        raise BadQuery(80036, f"charset {name[:40]!r} is none of {', '.join(sorted(_TEXTS))}")
    return found
