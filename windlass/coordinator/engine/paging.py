"""From rows and the cursor they were asked with to a page and the cursors around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from windlass.coordinator.engine import cursors
from windlass.coordinator.engine.cursors import Cursor
from windlass.coordinator.engine.errors import Invalid, Problem
from windlass.coordinator.engine.views import Page
from windlass.coordinator.store.db import Row

T = TypeVar("T")

LARGEST_PAGE = 200


@dataclass(frozen=True)
class Turn:
    """One turning of a page. ``step``: which way keys go onward, 1 or -1."""

    scope: str
    limit: int
    step: int
    at: Cursor | None

    @property
    def onward(self) -> bool:
        return self.at is None or self.at.onward

    def page(
        self, rows: Sequence[Row], key: Callable[[Row], int], show: Callable[[Row], T]
    ) -> Page[T]:
        """``rows`` in the order they were walked, one more than the limit where there is more."""
        more, kept = len(rows) > self.limit, list(rows[: self.limit])
        if not self.onward:
            kept.reverse()
        keys = [key(row) for row in kept]
        back, ahead = self._around(keys, more)
        return Page([show(row) for row in kept], next=self._cursor(ahead), prev=self._cursor(back))

    def _around(self, keys: Sequence[int], more: bool) -> tuple[Cursor | None, Cursor | None]:
        """Back and ahead. Past either end, the way leads back to what it came from."""
        if self.at is None:
            return None, Cursor(keys[-1], True) if more else None
        first = keys[0] if keys else self.at.key + self.step
        last = keys[-1] if keys else self.at.key - self.step
        if self.at.onward:
            return Cursor(first, False), Cursor(last, True) if more else None
        return Cursor(first, False) if more else None, Cursor(last, True)

    def _cursor(self, cursor: Cursor | None) -> str | None:
        return cursors.encode(cursor, self.scope) if cursor else None


def turn(scope: str, limit: int, step: int, cursor: str | None) -> Turn:
    if not 1 <= limit <= LARGEST_PAGE:
        allowed = f"1 to {LARGEST_PAGE}"
        raise Invalid([Problem(("limit",), f"must be {allowed}", allowed)])
    at = cursors.decode(cursor, scope) if cursor is not None else None
    return Turn(scope, limit, step, at)
