"""What a caller submits, read as Go reads it: keys in any case, unknown ones ignored."""

from collections.abc import Mapping
from typing import Any

from windlass.coordinator.dialects.cortex import faults
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.shared.golang.jsonscan import Pairs, first_value, what_is_wrong
from windlass.shared.golang.jsontokens import Number
from windlass.shared.golang.text import decode_utf8

LARGEST = 10 << 20  # bytes
LONGEST = 100 * 365 * 86_400  # seconds of a timeout
_DEEPEST = 100
_INT64 = range(-(1 << 63), 1 << 63)
_MAP = "map[string]interface {}"


class Reading:
    """``name``: what Go calls the whole; ``noun``: what the documentation does."""

    def __init__(self, name: str, noun: str) -> None:
        self._name = name
        self.hint = (
            f"\n\n{noun} submission schema can be found at https://docs.cortexlabs.com/v/0.42/"
        )

    def load(self, body: bytes) -> Mapping[str, Any]:
        """By lower case key. Fault: it is no object."""
        if len(body) > LARGEST:
            raise Fault("error", "http: request body too large")
        problem = what_is_wrong(decode_utf8(body))
        if problem:
            raise self.wrong(problem)
        value = first_value(body)
        if value is None:
            return {}
        if not isinstance(value, Pairs):
            text = (
                f"json: cannot unmarshal {_kind(value)} into Go value of type schema.{self._name}"
            )
            raise self.wrong(text)
        return {key.lower(): item for key, item in value.items}

    def wrong(self, text: str) -> Fault:
        return Fault("error", text + self.hint)

    def mismatch(self, value: Any, field: str, wanted: str) -> Fault:
        said = f"{_kind(value)} {value}" if isinstance(value, Number) else _kind(value)
        return self.wrong(
            f"json: cannot unmarshal {said} into Go struct field {self._name}.{field}"
            f" of type {wanted}"
        )

    def whole(self, given: Mapping[str, Any], field: str) -> int | None:
        value = given.get(field)
        if value is None:
            return None
        if not isinstance(value, Number) or not value.lstrip("-").isdigit():
            raise self.mismatch(value, field, "int")
        if int(value) not in _INT64:
            raise self.mismatch(value, field, "int")
        return int(value)

    def config(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        value = given.get("config")
        if value is None:
            return None
        if not isinstance(value, Pairs):
            raise self.mismatch(value, "config", _MAP)
        return dict(self.plain(value))

    def plain(self, value: Any, depth: int = 0) -> Any:
        """As Python has it."""
        if depth > _DEEPEST:
            raise self.wrong("json: exceeded max depth")
        if isinstance(value, Pairs):
            return {key: self.plain(item, depth + 1) for key, item in value.items}
        if isinstance(value, list):
            return [self.plain(item, depth + 1) for item in value]
        return self._number(value) if isinstance(value, Number) else value

    def _number(self, text: Number) -> int | float:
        if text.lstrip("-").isdigit() and len(text) <= len(str(_INT64.start)):
            return int(text)
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise self.wrong(
                f"json: cannot unmarshal number {text[:64]} into Go value of type float64"
            )
        return number


_TASKS = Reading("TaskJobSubmission", "task job")


def task(body: bytes) -> dict[str, Any]:
    """``config``, ``timeout`` and ``workers`` of a job of a task."""
    given = _TASKS.load(body)
    workers, timeout = _TASKS.whole(given, "workers"), _TASKS.whole(given, "timeout")
    asked = {"workers": 1, "config": _TASKS.config(given), "timeout": timeout}
    if workers not in (None, 1):
        raise faults.not_among(workers, [1], "int").within("workers")
    if timeout is not None and not 0 <= timeout <= LONGEST:
        raise timeout_fault(timeout, 0)
    return asked


def timeout_fault(timeout: int, least: int) -> Fault:
    if timeout < least:
        fault = faults.out_of_bounds(timeout, least, "greater than or equal to")
    else:
        fault = faults.out_of_bounds(timeout, LONGEST, "less than or equal to")
    return fault.within("timeout")


def unlike(value: Any, type: type) -> bool:
    """Go takes a null for every type."""
    number = isinstance(value, Number)  # a text, to us
    return value is not None and (number or not isinstance(value, type))


def _kind(value: Any) -> str:
    if isinstance(value, Number):
        return "number"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
