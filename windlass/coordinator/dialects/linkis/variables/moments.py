"""A date that a variable stands for, moved by its own unit."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable

_DIGITS = 7  # of an operand
_YEAR = 12  # months


class Unit(Enum):
    HOUR = ("{0:%Y%m%d%H}", "{0:%Y-%m-%d %H}")
    DAY = ("{0:%Y%m%d}", "{0:%Y-%m-%d}")
    MONTH = ("{0:%Y%m}", "{0:%Y-%m}")

    def write(self, at: datetime, standard: bool) -> str:
        return self.value[standard].format(at)


@dataclass(frozen=True)
class Instant:
    """An hour or a day."""

    at: datetime
    unit: Unit
    standard: bool = False  # with its parts apart

    def shown(self) -> str:
        return self.unit.write(self.at, self.standard)

    def moved(self, sign: str, operand: str) -> str:
        count = _count(sign, operand)
        step = timedelta(hours=count) if self.unit is Unit.HOUR else timedelta(days=count)
        try:
            return self.unit.write(self.at + step, self.standard)
        except OverflowError:
            raise _too_far(sign, operand) from None


@dataclass(frozen=True)
class Period:
    """The first or last day, or month, of so many months; moved by as many."""

    at: datetime
    months: int
    unit: Unit = Unit.DAY
    end: bool = False
    standard: bool = False

    def shown(self) -> str:
        return self._written(0)

    def moved(self, sign: str, operand: str) -> str:
        try:
            return self._written(_count(sign, operand))
        except ValueError:
            raise _too_far(sign, operand) from None

    def _written(self, count: int) -> str:
        month = (self.at.month - 1) // self.months * self.months + count * self.months
        first = shifted(self.at.replace(month=1, day=1), month)
        if self.end:
            first = self._last(first)
        return self.unit.write(first, self.standard)

    def _last(self, first: datetime) -> datetime:
        """Of a month written without its day: the December of its year."""
        if self.unit is Unit.MONTH:
            return first.replace(month=_YEAR)
        last = shifted(first, self.months - 1)
        return last.replace(day=calendar.monthrange(last.year, last.month)[1])


def shifted(at: datetime, months: int) -> datetime:
    """To the same day, or the last one of a shorter month. ValueError: beyond all years."""
    years, month = divmod(at.year * _YEAR + at.month - 1 + months, _YEAR)
    first = at.replace(year=years, month=month + 1, day=1)
    return first.replace(day=min(at.day, calendar.monthrange(first.year, first.month)[1]))


def _count(sign: str, operand: str) -> int:
    if sign not in ("+", "-"):
        raise Unsubstitutable(20046, f"DateType is not supported to use:{sign}")
    digits = operand.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS):
        raise Unsubstitutable(20046, f"{operand[:40]!r} is not a number of days, months or hours")
    return int(sign + "1") * int(operand)


def _too_far(sign: str, operand: str) -> Unsubstitutable:
    return Unsubstitutable(20046, f"no calendar reaches as far as {sign}{operand}")
