"""Times, durations, and the methods that values of these kinds have."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from windlass.coordinator.engine.expressions import dates, layouts
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import DURATION, TIME, Nature
from windlass.coordinator.engine.expressions.problems import Fault
from windlass.coordinator.engine.expressions.registry import function
from windlass.coordinator.engine.expressions.values import Duration, go_name


@function("now", "zone?", result=TIME, refusal="invalid number of arguments (expected 0, got 1)")
def now(budget: Budget, zone: tzinfo = UTC) -> datetime:
    return dates.now().astimezone(zone)


@function("duration", "string", result=DURATION)
def duration(budget: Budget, text: str) -> Duration:
    return dates.duration(text)


@function("timezone", "string", result=Nature("zone"))
def timezone(budget: Budget, name: str) -> tzinfo:
    return dates.zone(name)


@function("date", "string|zone", "string?", "string?", "string?", result=TIME)
def date(budget: Budget, first: str | tzinfo, *rest: str) -> datetime:
    """Text, layout, zone: or a zone in front. Without a layout the common ones are tried."""
    if isinstance(first, tzinfo):
        return _read(first, rest)
    text, layout, name = (first, *rest, "", "")[:3]
    return _read(dates.zone(name), (text, layout) if layout else (text,))


def _read(zone: tzinfo, texts: tuple[str, ...]) -> datetime:
    text, *chosen = texts or ("",)
    if chosen:
        return layouts.read(text, chosen[0], zone)
    for layout in layouts.COMMON:
        try:
            return layouts.read(text, layout, zone)
        except Fault:
            continue
    raise Fault(f"invalid date {text[:64]}")


_PER_SECOND = 1e9

_TIME_METHODS: dict[str, Callable[..., object]] = {
    "Year": lambda time: time.year,
    "Month": lambda time: layouts.MONTHS[time.month - 1],
    "Day": lambda time: time.day,
    "Hour": lambda time: time.hour,
    "Minute": lambda time: time.minute,
    "Second": lambda time: time.second,
    "Weekday": lambda time: layouts.DAYS[time.weekday()],
    "YearDay": lambda time: time.timetuple().tm_yday,
    "Unix": lambda time: int(time.timestamp() // 1),
    "UnixMilli": lambda time: int(time.timestamp() * 1_000 // 1),
    "UTC": lambda time: time.astimezone(UTC),
    "String": dates.show,
}
_DURATION_METHODS: dict[str, Callable[..., object]] = {
    "Hours": lambda duration: duration.nanoseconds / (3_600 * _PER_SECOND),
    "Minutes": lambda duration: duration.nanoseconds / (60 * _PER_SECOND),
    "Seconds": lambda duration: duration.nanoseconds / _PER_SECOND,
    "Milliseconds": lambda duration: int(duration.nanoseconds / 1_000_000),
    "Nanoseconds": lambda duration: duration.nanoseconds,
    "String": dates.show_duration,
}
# Methods of a time with one argument, and what that must be.
_TIME_WITH: dict[str, tuple[type, Callable[..., object]]] = {
    "Format": (str, layouts.write),
    "Add": (Duration, lambda time, by: dates.shift(time, by.nanoseconds)),
    "Sub": (datetime, dates.between),
    "Before": (datetime, lambda time, other: time < other),
    "After": (datetime, lambda time, other: time > other),
    "Equal": (datetime, lambda time, other: time == other),
    "In": (tzinfo, lambda time, zone: time.astimezone(zone)),
}


def method(base: object, name: str, arguments: list[object]) -> object:
    """Call a method of a value. Raises Fault where there is none."""
    table = _TIME_METHODS if isinstance(base, datetime) else {}
    if isinstance(base, Duration):
        table = _DURATION_METHODS
    if name in table:
        if arguments:
            raise Fault(f"too many arguments to call {name}")
        return table[name](base)
    if isinstance(base, datetime) and name in _TIME_WITH:
        return _with_argument(base, name, arguments)
    raise Fault(f"type {go_name(base)} has no method {name}")


def _with_argument(base: datetime, name: str, arguments: list[object]) -> object:
    wanted, body = _TIME_WITH[name]
    if len(arguments) != 1:
        which = "many" if arguments else "few"
        raise Fault(f"too {which} arguments to call {name}")
    if not isinstance(arguments[0], wanted):
        raise Fault(f"cannot use {go_name(arguments[0])} as argument to call {name} ")
    return body(base, arguments[0])
