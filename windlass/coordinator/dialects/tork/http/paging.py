"""Pages by number, read and checked as Tork does: what is no whole number is not found."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import request

from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.dialects.tork.show.documents import Page
from windlass.coordinator.engine.outlook_views import Numbered

_WHOLE = re.compile("[+-]?[0-9]{1,1000}")
_LARGEST = 1 << 63


@dataclass(frozen=True)
class Asked:
    """Which page, from 1, and how many items make one."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


def asked(usual: int, most: int) -> Asked:
    """Of the query. Refusal, 404: not a number. The text about a bad size names the page."""
    text = request.args.get("page") or "1"
    page = _whole(text)
    if page is None:
        refuse(HTTPStatus.NOT_FOUND, f"invalid page number: {text}")
    size = _whole(request.args.get("size") or str(usual))
    if size is None:
        refuse(HTTPStatus.NOT_FOUND, f"invalid size: {text}")
    return Asked(max(page, 1), min(max(size, 1), most))


def page_of(found: Numbered[Any], at: Asked, items: tuple[object, ...]) -> Page:
    return Page(
        items=items,
        number=at.page,
        size=len(items),
        total_pages=-(-found.total // at.size),
        total_items=found.total,
    )


def _whole(text: str) -> int | None:
    """As 64 bits hold it."""
    if not _WHOLE.fullmatch(text):
        return None
    value = int(text)
    return value if -_LARGEST <= value < _LARGEST else None
