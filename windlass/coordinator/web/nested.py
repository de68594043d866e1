"""marshmallow fields that hold others: all that is wrong inside them is told at once."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields

from windlass.coordinator.web.fields import Text, kind
from windlass.coordinator.web.refusals import Said, refuse

_NULL = Said("must not be null", "a value, or leave the field out")
_REQUIRED = Said("is required")
_KEY = Text(least=1, most=256)


class ListOf(fields.List[Any]):
    """A list of ``least`` to ``most`` items."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]  # the base has an instance variable
        "required": _REQUIRED,
        "null": _NULL,
    }

    def __init__(
        self, item: fields.Field[Any], *, least: int = 0, most: int = 1000, **options: Any
    ) -> None:
        super().__init__(item, **options)
        self._least = least
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise refuse(f"must be a list, not {kind(value)}", "a list")
        if not self._least <= len(value) <= self._most:
            allowed = f"{self._least} to {self._most:,} items"
            raise refuse(f"has {len(value):,} items" if value else "must not be empty", allowed)
        return super()._deserialize(value, attr, data, **kwargs)

    def limits(self) -> dict[str, Any]:
        return {"minItems": self._least, "maxItems": self._most}


class Table(fields.Dict):
    """A mapping of names to ``value``."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]  # the base has an instance variable
        "required": _REQUIRED,
        "null": _NULL,
    }

    def __init__(self, value: fields.Field[Any], *, most: int = 1000, **options: Any) -> None:
        super().__init__(keys=fields.String(), values=value, **options)
        self._value = value
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(f"must be a mapping, not {kind(value)}", "names and their values")
        if len(value) > self._most:
            raise refuse(f"has {len(value):,} entries", f"at most {self._most:,}")
        result: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for key, item in value.items():
            try:
                result[_KEY.parse(key)] = self._value.deserialize(item)
            except ValidationError as error:
                wrong[key] = error.messages
        if wrong:
            raise ValidationError(wrong, valid_data=result)
        return result

    def limits(self) -> dict[str, Any]:
        return {"maxProperties": self._most}


class Part(fields.Nested):
    """A mapping with fields of its own."""

    default_error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[misc]  # the base has an instance variable
        "required": _REQUIRED,
        "null": _NULL,
    }

    def __init__(self, schema: type[Schema] | Callable[[], Schema], **options: Any) -> None:
        super().__init__(schema, **options)
