"""marshmallow fields that parse: what comes out needs no second look.

Each knows how to show itself in an OpenAPI document.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from marshmallow import fields

from windlass.coordinator.web.refusals import Said, refuse
from windlass.shared.durations import LONGEST, parse_duration
from windlass.shared.queues import is_queue_name
from windlass.shared.sizes import LARGEST, parse_size

LONGEST_TEXT = 1 << 20  # characters; of one string, where nothing shorter is asked

_DIGITS = re.compile(r"[0-9]{1,18}")
_SHOWN = 60  # characters of a value that a message repeats


class Parsed(fields.Field[Any]):
    """A field made of one function, which raises ``refuse(…)`` or returns what it made."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "required": Said("is required"),
        "null": Said("must not be null", "a value, or leave the field out"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return self.parse(value)

    def parse(self, value: Any) -> Any:
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """In JSON Schema's words."""
        raise NotImplementedError


class Text(Parsed):
    """A string of ``least`` to ``most`` characters."""

    def __init__(self, *, least: int = 0, most: int = LONGEST_TEXT, **options: Any) -> None:
        super().__init__(**options)
        self._least = least
        self._most = most

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise refuse(f"must be text, not {kind(value)}", "text")
        if "\0" in value:
            raise refuse("holds a NUL character", "text without NUL")
        if not self._least <= len(value) <= self._most:
            raise refuse(*self._length(len(value)))
        return value

    def _length(self, length: int) -> tuple[str, str]:
        allowed = f"{self._least} to {self._most:,} characters"
        if not length:
            return "must not be empty", allowed
        return f"has {length:,} characters", allowed

    def schema(self) -> dict[str, Any]:
        shape: dict[str, Any] = {"type": "string", "maxLength": self._most}
        if self._least:
            shape["minLength"] = self._least
        return shape


class Scalar(Text):
    """Text; a number or a truth value becomes the text it was written as."""

    def parse(self, value: Any) -> str:
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int | float):
            value = str(value)
        elif not isinstance(value, str):
            raise refuse(f"must be text, not {kind(value)}", "text, a number, true or false")
        return super().parse(value)

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "type": ["string", "number", "boolean"]}


class Choice(Parsed):
    def __init__(self, among: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self._among = tuple(among)

    def parse(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self._among:
            raise refuse(f"must not be {shown(value)}", ", ".join(self._among))
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self._among)}


class Flag(Parsed):
    """true or false, and no other word for it."""

    def parse(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise refuse(f"must not be {shown(value)}", "true, false")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Switch(Flag):
    """A flag in a query."""

    def parse(self, value: Any) -> bool:
        return super().parse({"true": True, "false": False}.get(value, value))


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
    """``90``, ``"1h30m"``: seconds in the program."""

    def parse(self, value: Any) -> float:
        try:
            return parse_duration(value)
        except (ValueError, OverflowError) as problem:
            raise refuse(str(problem), "10s, 5m, 1h30m, 250ms or seconds, up to 366d") from None

    def schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": "number", "minimum": 0, "maximum": LONGEST},
                {"type": "string", "examples": ["10s", "5m", "1h30m", "250ms"]},
            ]
        }


class Size(Parsed):
    """``"512m"``, ``1048576``: bytes in the program."""

    def parse(self, value: Any) -> int:
        try:
            return int(parse_size(value))
        except ValueError as problem:
            raise refuse(str(problem), "512m, 1.5g or bytes, up to 1024t") from None

    def schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": "integer", "minimum": 0, "maximum": LARGEST},
                {"type": "string", "examples": ["512m", "1.5g"]},
            ]
        }


class QueueName(Text):
    def parse(self, value: Any) -> str:
        name = super().parse(value)
        if not is_queue_name(name):
            raise refuse(
                f"must not be {shown(value)}",
                "1 to 63 letters, digits, dots, dashes and underscores; a letter or digit first",
            )
        return name

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"}


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


def kind(value: object) -> str:
    """The type of a value in a document's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def shown(value: object) -> str:
    """A value as a message quotes it: short, on one line."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text
