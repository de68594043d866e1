"""Cortex's way to read a document: field after field in the order of the schema, then the keys it
does not know; what is wrong first is told. Defaults are filled in on the way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windlass.coordinator.dialects.cortex import faults
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.web.reading import WrittenFloat, WrittenInt

Doc = dict[str, Any]
Field = Callable[[Any, bool], Any]  # of the value, and whether it is there


@dataclass(frozen=True, kw_only=True)
class Text:
    """``numbers``: numbers are taken as they were written."""

    required: bool = False
    default: str | None = None
    nullable: bool = False
    numbers: bool = False
    check: Callable[[str], str] = str  # what it is then; may raise Fault
    among: tuple[str, ...] = ()

    def __call__(self, value: Any, given: bool) -> str | None:
        if not given:
            if self.required:
                raise faults.missing(self.among)
            return self.default
        if value is None:
            if self.nullable:
                return None
            raise faults.null(required=self.required)
        text = self._text(value)
        if not text:
            raise faults.empty()
        if self.among and text not in self.among:
            raise faults.not_among(text, self.among)
        return self.check(text)

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if self.numbers and is_number(value):
            return str(value)
        raise faults.wrong_type(value, "string", *(("integer", "float") if self.numbers else ()))


@dataclass(frozen=True, kw_only=True)
class Whole:
    required: bool = False
    default: int | None = None
    nullable: bool = False
    least: int | None = None
    above: int | None = None
    most: int | None = None
    disallowed: tuple[int, ...] = ()

    def __call__(self, value: Any, given: bool) -> int | None:
        if not given:
            if self.required:
                raise faults.missing()
            return self.default
        if value is None:
            if self.nullable:
                return None
            raise faults.null(required=self.required)
        if isinstance(value, bool) or not isinstance(value, int):
            raise faults.wrong_type(plain_value(value), "integer")
        self._check(value)
        return int(value)

    def _check(self, value: int) -> None:
        if self.least is not None and value < self.least:
            raise faults.out_of_bounds(int(value), self.least, "greater than or equal to")
        if self.above is not None and value <= self.above:
            raise faults.out_of_bounds(int(value), self.above, "greater than")
        if self.most is not None and value > self.most:
            raise faults.out_of_bounds(int(value), self.most, "less than or equal to")
        if value in self.disallowed:
            raise faults.disallowed(int(value))


@dataclass(frozen=True, kw_only=True)
class Texts:
    """A list of texts; None where it is not there."""

    required: bool = False
    nullable: bool = False
    empty: bool = False
    check: Callable[[str], str] = str

    def __call__(self, value: Any, given: bool) -> list[str] | None:
        if not given:
            if self.required:
                raise faults.missing()
            return None
        if value is None:
            if self.nullable:
                return None
            raise faults.null(required=self.required)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise faults.wrong_type(plain_value(value), "list of strings")
        if not value and not self.empty:
            raise faults.empty()
        for index, item in enumerate(value):
            _inside(f"index {index}", self.check, item)
        return value


def table(value: Any, given: bool) -> dict[str, str]:
    """Of texts by name."""
    if not given:
        return {}
    if value is None:
        raise faults.null(required=False)
    texts = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if not texts:
        raise faults.wrong_type(plain_value(value), "map of strings to strings")
    return dict(value)


def anything(value: Any, given: bool) -> Doc:
    """A mapping of whatever."""
    if not given or value is None:
        return {}
    if not isinstance(value, dict):
        raise faults.wrong_type(plain_value(value), "map")
    return dict(plain_value(value))


@dataclass(frozen=True, kw_only=True)
class Struct:
    """``absent``: it is null where it is not there, else made of its defaults."""

    fields: Mapping[str, Field]
    required: bool = False
    nullable: bool = False
    absent: bool = False
    open: bool = False  # other keys are somebody else's

    def __call__(self, value: Any, given: bool) -> Doc | None:
        if not given:
            if self.required:
                raise faults.missing()
            if self.absent:
                return None
            value = {}
        if value is None:
            if self.nullable:
                return None
            raise faults.null(required=self.required)
        if not isinstance(value, dict):
            raise faults.wrong_type(plain_value(value), "map")
        found = {
            name: _inside(name, field, value.get(name), name in value)
            for name, field in self.fields.items()
        }
        unknown = [key for key in value if key not in self.fields]
        if unknown and not self.open:
            raise faults.unsupported_key(unknown[0])
        return found


@dataclass(frozen=True, kw_only=True)
class Structs:
    """A list of at least ``least``."""

    of: Struct
    least: int

    def __call__(self, value: Any, given: bool) -> list[Any]:
        if not given:
            raise faults.missing()
        items = [] if value is None else value
        if not isinstance(items, list):
            raise faults.wrong_type(plain_value(items), "list")
        if len(items) < self.least:
            raise faults.too_few(self.least)
        return [_inside(f"index {index}", self.of, item, True) for index, item in enumerate(items)]


def _inside(name: str, field: Callable[..., Any], *values: Any) -> Any:
    try:
        return field(*values)
    except Fault as fault:
        raise fault.within(name) from None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain_value(value: Any) -> Any:
    """Numbers that remember how they were written become plain ones."""
    if isinstance(value, dict):
        return {key: plain_value(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_value(item) for item in value]
    if isinstance(value, WrittenInt):
        return int(value)
    return float(value) if isinstance(value, WrittenFloat) else value
