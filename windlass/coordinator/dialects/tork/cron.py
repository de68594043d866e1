"""What may stand in ``schedule.cron``: what Tork's loose pattern finds somewhere in it, as long as
it can also fire, which Tork finds out too late."""

import re
from functools import cache
from typing import Any

from windlass.coordinator.engine import cron

LONGEST = 64  # characters, as Tork's column

_FIELD = r"(?:(?:\d+,)+\d+|(?:\*|\d+)[/-]\d+|\d+|\*)"
_NAMES = "annually|yearly|monthly|weekly|daily|hourly"
_LOOSE = rf"@(?:{_NAMES}|reboot)|@every (?:\d+(?:ns|us|\xb5s|ms|s|m|h))+|(?:{_FIELD} ?){{5,7}}"
_PECULIAR = re.compile(r"[?L#]")  # no words of Tork's


@cache
def _loose() -> Any:
    """Not Python's: it backtracks."""
    import re2  # noqa: PLC0415 - only who has schedules pays

    return re2.compile(_LOOSE)


def is_cron(text: str) -> bool:
    if len(text) > LONGEST:
        return True  # told otherwise: as Tork's database does
    return bool(_loose().search(text)) and _fires(text.strip())


def _fires(text: str) -> bool:
    try:
        cron.parse(text)
    except ValueError:
        return False
    return not _PECULIAR.search(text)
