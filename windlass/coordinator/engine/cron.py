"""When something is due: five fields, names such as ``@hourly``, or ``@every 90s``.

``TZ=Europe/Berlin`` in front says where the fields are read; UTC without it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from windlass.shared.golang.durations import parse as duration

LONGEST = 256  # characters
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_ZONE = re.compile(r"(?:TZ|CRON_TZ)=(\S+)\s+")
_EVERY = "@every "
_FIELDS = 5
_MOST_EVERY = 10 * 365 * 86_400.0  # seconds


@dataclass(frozen=True)
class Timetable:
    """``every`` in seconds, or ``fields`` where it is None."""

    fields: str
    every: float | None
    zone: ZoneInfo

    def after(self, at: datetime) -> datetime:
        """The next time, which there always is."""
        return next(self.times(at))

    def times(self, at: datetime) -> Iterator[datetime]:
        """All that follow."""
        if self.every is not None:
            step = timedelta(seconds=self.every)
            while True:
                at += step
                yield at
        for found in CronSim(self.fields, at.astimezone(self.zone)):
            yield found.astimezone(UTC)

    def newest(self, at: datetime, now: datetime, most: int) -> list[datetime]:
        """Of the times after ``at`` and up to ``now`` the last ones, oldest first."""
        if self.every is not None:
            step = timedelta(seconds=self.every)
            count = max((now - at) // step, 0)
            return [at + step * number for number in range(max(count - most, 0) + 1, count + 1)]
        return sorted(self._backwards(at, now, most))

    def _backwards(self, at: datetime, now: datetime, most: int) -> Iterator[datetime]:
        just_after = now.replace(microsecond=0) + timedelta(seconds=1)
        for found in CronSim(self.fields, just_after.astimezone(self.zone), reverse=True):
            if found <= at or most <= 0:
                return
            most -= 1
            yield found.astimezone(UTC)


def parse(text: str, timezone: str = "") -> Timetable:
    """``timezone``: of fields without a prefix. ValueError, in words: it is not understood, or can
    never be due."""
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    rest = text.strip()
    if prefix := _ZONE.match(rest):
        timezone, rest = prefix.group(1), rest[prefix.end() :]
    zone = _zone(timezone)
    if rest.startswith(_EVERY):
        return Timetable("", _interval(rest.removeprefix(_EVERY)), zone)
    fields = _NAMED.get(rest.lower(), rest)
    _check(fields, text)
    return Timetable(fields, None, zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):  # a directory is an OSError, an unknown one a KeyError
        raise ValueError(f"{name!r} is no time zone") from None


def _interval(text: str) -> float:
    seconds = duration(text.strip())
    if not 1 <= seconds <= _MOST_EVERY:
        raise ValueError("@every takes one second to ten years")
    return seconds


def _check(fields: str, text: str) -> None:
    if len(fields.split()) != _FIELDS:
        raise ValueError(f"{text!r} does not have five fields")
    try:
        next(CronSim(fields, datetime.now(UTC)))
    except CronSimError as problem:
        raise ValueError(f"{text!r}: {problem}") from None
    except (StopIteration, AssertionError):
        raise ValueError(f"{text!r} is never due") from None
