"""What may stand in ``schedule.cron``: what Tork's loose pattern finds somewhere in it, as long as
it can also fire, which Tork finds out too late."""

import re
from functools import cache
from typing import Any

from windlass.shared.golang.durations import parse

LONGEST = 64  # characters, as Tork's column

_FIELD = r"(?:(?:\d+,)+\d+|(?:\*|\d+)[/-]\d+|\d+|\*)"
_NAMES = "annually|yearly|monthly|weekly|daily|hourly"
_LOOSE = rf"@(?:{_NAMES}|reboot)|@every (?:\d+(?:ns|us|\xb5s|ms|s|m|h))+|(?:{_FIELD} ?){{5,7}}"
_ZONE = re.compile(r"(?:TZ|CRON_TZ)=(\S+) +")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_ITEM = re.compile(r"(?:\*|(\d{1,4})(?:-(\d{1,4}))?)(?:/(\d{1,4}))?")


@cache
def _loose() -> Any:
    """Not Python's: it backtracks."""
    import re2  # noqa: PLC0415 - only who has schedules pays

    return re2.compile(_LOOSE)


def is_cron(text: str) -> bool:
    if len(text) > LONGEST:
        return True  # told otherwise: as Tork's database does
    return bool(_loose().search(text)) and _fires(_ZONE.sub("", text.strip(), count=1))


def _fires(text: str) -> bool:
    if text.startswith("@every "):
        return _seconds(text.removeprefix("@every ")) >= 1
    if text.startswith("@"):
        return text[1:] in _NAMES.split("|")
    fields = text.split()
    return len(fields) == len(_RANGES) and all(map(_is_field, fields, _RANGES))


def _seconds(text: str) -> float:
    try:
        return parse(text)
    except ValueError:
        return 0


def _is_field(text: str, bounds: tuple[int, int]) -> bool:
    return all(_is_item(item, *bounds) for item in text.split(","))


def _is_item(text: str, least: int, most: int) -> bool:
    match = _ITEM.fullmatch(text)
    if match is None:
        return False
    first, last, step = (None if part is None else int(part) for part in match.groups())
    first = least if first is None else first
    return least <= first <= (first if last is None else last) <= most and step != 0
