"""marshmallow fields that parse: what comes out needs no second look.

Each knows how to show itself in an OpenAPI document.
"""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from marshmallow import fields

from windlass.coordinator.web.refusals import Said, refuse
from windlass.shared.queues import is_queue_name

LONGEST_TEXT = 1 << 20  # characters; of one string, where nothing shorter is asked

_SHOWN = 60  # characters of a value that a message repeats


class Parsed(fields.Field[Any]):
    """A field made of one function, which raises ``refuse(…)`` or returns what it made."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]  # the base has an instance variable
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
