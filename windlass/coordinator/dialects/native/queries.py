"""What may stand in the query of each list and log, and the engine's filters made from it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from windlass.coordinator.engine.views import JobFilter, TaskFilter
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.fields import Choice, QueueName, Switch, Text
from windlass.coordinator.web.nested import ListOf
from windlass.coordinator.web.quantities import Digits, Moment
from windlass.coordinator.web.reading import Flaw
from windlass.coordinator.web.refusals import Strict
from windlass.shared.states import JobState, TaskState

Query = Mapping[str, Any]

MOST_ITEMS = 200
MOST_LINES = 2000
MOST_BYTES = 8 << 20
_FAR = 1 << 53  # of a line or a byte; larger numbers do not survive JavaScript
_ITEMS = 50
_LAST = (1 << 31) - 1  # version


class Paged(Strict):
    limit = Digits(1, MOST_ITEMS, load_default=_ITEMS)
    cursor = Text(least=1, most=512)


class JobsQuery(Paged):
    state = ListOf(Choice(list(JobState)), load_default=list)
    door = Text(least=1, most=64)
    tag = ListOf(Text(least=1, most=64), most=20, load_default=list)
    queue = QueueName()
    owner = Text(most=256)
    q = Text(least=1, most=256)
    since = Moment()
    until = Moment()
    count = Switch(load_default=False)


class TemplatesQuery(Paged):
    door = Text(least=1, most=64)


class DoorQuery(Strict):
    door = Text(least=1, most=64, load_default="native")


class VersionsQuery(DoorQuery):
    before = Digits(1, _LAST, load_default=_LAST)
    limit = Digits(1, MOST_ITEMS, load_default=_ITEMS)


class DeleteTemplateQuery(DoorQuery):
    keep_jobs = Switch(load_default=False)


class SchedulesQuery(Strict):
    limit = Digits(1, MOST_ITEMS, load_default=_ITEMS)
    offset = Digits(0, _FAR, load_default=0)
    door = Text(least=1, most=64)
    owner = Text(most=256)


class DeletedScheduleQuery(Strict):
    jobs = Switch(load_default=False)


class TasksQuery(Paged):
    state = ListOf(Choice(list(TaskState)), load_default=list)
    q = Text(least=1, most=256)
    children = Switch(load_default=False)


class HistoryQuery(Strict):
    after = Digits(0, _FAR, load_default=0)
    limit = Digits(1, MOST_ITEMS, load_default=MOST_ITEMS)


class LogQuery(Strict):
    """One of three ways: lines ``from``, the last lines, bytes ``from_byte``."""

    from_ = Digits(0, _FAR, data_key="from")
    lines = Digits(1, MOST_LINES)
    tail = Digits(1, MOST_LINES)
    from_byte = Digits(0, _FAR)
    stream = Choice(["out", "err", "sys"])
    bytes = Digits(1, MOST_BYTES)


class FollowQuery(Strict):
    from_ = Digits(0, _FAR, data_key="from", load_default=0)


class EventsQuery(Strict):
    topic = ListOf(Text(least=1, most=200), least=1, most=100, required=True)
    after = Text(least=1, most=4096)


def job_filter(query: Query) -> JobFilter:
    return JobFilter(
        states=tuple(JobState(state) for state in query["state"]),
        door=query.get("door"),
        tags=tuple(query["tag"]),
        queue=query.get("queue"),
        owner=query.get("owner"),
        q=query.get("q"),
        since=query.get("since"),
        until=query.get("until"),
    )


def task_filter(query: Query) -> TaskFilter:
    states = tuple(TaskState(state) for state in query["state"])
    return TaskFilter(states=states, q=query.get("q"), children=query["children"])


def place(of: tuple[str, str]) -> str:
    """A cursor: beyond this name and door."""
    return urlsafe_b64encode(msgspec.json.encode(of)).decode()


def read_place(cursor: str | None) -> tuple[str, str]:
    """Refusal (400): it is none of ours."""
    if cursor is None:
        return ("", "")
    try:
        return msgspec.json.decode(urlsafe_b64decode(cursor.encode()), type=tuple[str, str])
    except (ValueError, msgspec.MsgspecError):
        raise invalid("the query is not valid", [Flaw(("cursor",), "is none of ours")]) from None
