"""marshmallow fields for what can be measured: counts, numbers, durations, sizes, times."""

import re
from datetime import UTC, datetime
from typing import Any

from windlass.coordinator.web.fields import Parsed, kind, shown
from windlass.coordinator.web.refusals import refuse
from windlass.shared.durations import LONGEST, parse_duration, show_duration
from windlass.shared.sizes import LARGEST, parse_size

_DIGITS = re.compile(r"[0-9]{1,18}")


class Whole(Parsed):
    """A whole number of ``least`` to ``most``."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._least = least
        self._most = most

    def parse(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise refuse(f"must not be {shown(value)}", self._allowed())
        if not self._least <= value <= self._most:
            raise refuse(f"must not be {shown(value)}", self._allowed())
        return int(value)

    def _allowed(self) -> str:
        return f"a whole number from {self._least:,} to {self._most:,}"

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self._least, "maximum": self._most}


class Digits(Whole):
    """A whole number in a query."""

    def parse(self, value: Any) -> int:
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise refuse(f"must not be {shown(value)}", self._allowed())
        return super().parse(int(value))


class Real(Parsed):
    """A number of ``least`` to ``most``."""

    def __init__(self, least: float, most: float, **options: Any) -> None:
        super().__init__(**options)
        self._least = least
        self._most = most

    def parse(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refuse(f"must be a number, not {kind(value)}", self._allowed())
        if not self._least <= value <= self._most:
            raise refuse(f"must not be {shown(value)}", self._allowed())
        return float(value)

    def _allowed(self) -> str:
        return f"a number from {self._least:g} to {self._most:g}"

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self._least, "maximum": self._most}


class Duration(Parsed):
    """``90``, ``"1h30m"``: seconds in the program, from ``least`` to ``most``."""

    def __init__(self, *, least: float = 0, most: float = LONGEST, **options: Any) -> None:
        super().__init__(**options)
        self._least = least
        self._most = most

    def parse(self, value: Any) -> float:
        most = "366d" if self._most == LONGEST else show_duration(self._most)
        allowed = f"10s, 5m, 1h30m, 250ms or seconds; from {self._least:g}s to {most}"
        try:
            seconds = parse_duration(value)
        except (ValueError, OverflowError) as problem:
            raise refuse(str(problem), allowed) from None
        if not self._least <= seconds <= self._most:
            raise refuse(f"must not be {shown(value)}", allowed)
        return seconds

    def schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": "number", "minimum": self._least, "maximum": self._most},
                {"type": "string", "examples": ["10s", "5m", "1h30m", "250ms"]},
            ]
        }


class Size(Parsed):
    """``"512m"``, ``1048576``: bytes in the program, ``least`` and more."""

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self._least = least

    def parse(self, value: Any) -> int:
        allowed = f"512m, 1.5g or bytes; from {self._least:,} bytes to 1024t"
        try:
            size = int(parse_size(value))
        except ValueError as problem:
            raise refuse(str(problem), allowed) from None
        if size < self._least:
            raise refuse(f"must not be {shown(value)}", allowed)
        return size

    def schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": "integer", "minimum": self._least, "maximum": LARGEST},
                {"type": "string", "examples": ["512m", "1.5g"]},
            ]
        }


class Moment(Parsed):
    """A time of RFC 3339, with its offset."""

    def parse(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            utc = moment.astimezone(UTC) if moment.tzinfo else None
        except (TypeError, ValueError, OverflowError):
            utc = None
        if utc is None:
            raise refuse(f"must not be {shown(value)}", "a time such as 2026-11-25T08:00:00Z")
        return utc

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}
