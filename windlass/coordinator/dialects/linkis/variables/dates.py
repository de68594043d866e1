"""``run_date`` and all that is derived from it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable
from windlass.coordinator.dialects.linkis.variables.moments import Instant, Period, Unit, shifted
from windlass.coordinator.dialects.linkis.variables.values import Value

RUN_DATE = "run_date"

_PERIODS = {"run_month": 1, "run_quarter": 3, "run_half_year": 6, "run_year": 12}  # months
_FORMS = ("%Y%m%d", "%Y-%m-%d")
_LENGTHS = (8, 10)
_DAY = timedelta(days=1)


def read_run_date(text: str, now: datetime) -> datetime:
    """That day at midnight; yesterday, if there is no text. Unsubstitutable: it is no day."""
    if not text:
        return _midnight(now) - _DAY
    for form, length in zip(_FORMS, _LENGTHS, strict=True):
        if len(text) == length and text.isascii():
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007  a day has no zone
            except ValueError:
                continue
    raise Unsubstitutable(20050, f"run_date must be a day like 20200228, not {text[:40]!r}")


def date_variables(run_date: datetime, now: datetime) -> dict[str, Value]:
    """By name. Unsubstitutable: what is derived lies beyond all years."""
    found: dict[str, Value] = {}
    try:
        for standard in (False, True):
            end = "_std" if standard else ""
            made = _variables(run_date, now, standard)
            found |= {name + end: value for name, value in made}
    except (OverflowError, ValueError):
        raise Unsubstitutable(20050, f"run_date {run_date:%Y%m%d} is out of reach") from None
    return found


def _variables(run_date: datetime, now: datetime, standard: bool) -> Iterator[tuple[str, Value]]:
    today = run_date + _DAY
    yield RUN_DATE, Instant(run_date, Unit.DAY, standard)
    yield "run_today", Instant(today, Unit.DAY, standard)
    hour = Instant(today.replace(hour=now.hour), Unit.HOUR, standard)
    yield "run_today_h", hour
    yield "run_today_hour", hour
    for name, months in _PERIODS.items():
        yield from _both_ends(name, run_date, months, standard)
    yield from _both_ends("run_month_now", shifted(today, -1), 1, standard)
    yield from _months(run_date, today, standard)


def _both_ends(name: str, at: datetime, months: int, standard: bool) -> Iterator[tuple[str, Value]]:
    yield f"{name}_begin", Period(at, months, standard=standard)
    yield f"{name}_end", Period(at, months, end=True, standard=standard)


def _months(run_date: datetime, today: datetime, standard: bool) -> Iterator[tuple[str, Value]]:
    """Those written without a day. What has ``now`` in its name counts from run_today."""
    anchors = {
        "run_mon": run_date,
        "run_mon_start": run_date,
        "run_mon_now": today,
        "run_current_mon_now": today,
        "run_last_mon_now": shifted(today, -1),
    }
    for name, at in anchors.items():
        yield name, Period(at, 1, Unit.MONTH, standard=standard)
    yield "run_mon_end", Period(run_date, 1, Unit.MONTH, end=True, standard=standard)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
