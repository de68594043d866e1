"""The words and colours of what is shown. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from windlass.shared.durations import show_duration

COLOURS: Mapping[str, str] = {
    "pending": "cyan",
    "waiting": "bright_black",
    "running": "blue",
    "active": "blue",
    "scheduled": "cyan",
    "completed": "green",
    "failed": "red",
    "lost": "red",
    "cancelled": "yellow",
    "skipped": "bright_black",
}

# Colours may pass to a terminal; what moves the cursor, or talks to the terminal, may not.
_CONTROL = re.compile(
    r"(?P<colour>\x1b\[[0-9;]*m)|\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def harmless(line: str) -> str:
    """A log line fit for a terminal. A carriage return wins over what it would have overwritten."""
    shown = line.rstrip("\r").rpartition("\r")[2]
    return _CONTROL.sub(lambda match: match["colour"] or "", shown)


def ran_for(thing: Mapping[str, Any], now: datetime) -> str:
    """From start to end, or to now."""
    if not thing.get("started_at"):
        return ""
    end = moment(thing["ended_at"]) if thing.get("ended_at") else now
    return show_duration(max(0.0, (end - moment(thing["started_at"])).total_seconds()))


def ago(text: str | None, now: datetime) -> str:
    if not text:
        return ""
    seconds = max(0.0, (now - moment(text)).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds / size)}{unit} ago"
    return f"{int(seconds)}s ago"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def because(thing: Mapping[str, Any]) -> str:
    """Why something did not complete, in one line: the text there is, else the bare reason."""
    first = (thing.get("error") or "").strip().partition("\n")[0]
    return first.removesuffix(". Its last lines:") or str(thing.get("reason") or "")
