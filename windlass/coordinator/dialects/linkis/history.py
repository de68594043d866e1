"""Tasks that were ever submitted, each to whom it belongs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, request

from windlass.coordinator.dialects.linkis import present, status, translate, words
from windlass.coordinator.dialects.linkis.found import DOOR, FIRST, Found, Tasks, Unknown
from windlass.coordinator.dialects.linkis.reading import moment_asked, number_asked, text_asked
from windlass.coordinator.dialects.linkis.tasks import find
from windlass.coordinator.dialects.linkis.telling import Telling
from windlass.coordinator.engine.outlook_views import Owned
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Caller, Scope
from windlass.coordinator.web.operations import Call, operation

NOT_FOUND = (
    "The corresponding job was not found, or there may be no permission to view the job"
    "(没有找到对应的job，也可能是没有查看该job的权限)"
)
_USUAL_PAGE, _LARGEST_PAGE = 20, 1000
_MOST_NAMED = 30
_DAY = timedelta(days=1)
_NUMBER = 18  # digits of the largest


class History:
    def __init__(self, engine: Engine, tasks: Tasks, telling: Telling) -> None:
        self._engine = engine
        self._tasks = tasks
        self._telling = telling

    @operation("GET /jobhistory/<id>/get", Scope.READ, loose=True)
    def get(self, call: Call, id: str) -> Response:
        """Show a task, by any of its ids."""
        found = find(self._tasks, id, call.caller, NOT_FOUND)
        brief = request.args.get("brief", "").lower() == "true"
        why = self._telling.why([found]).get(found.task_id)
        return words.answer({"task": present.task(found, why, brief=brief)})

    @operation("GET /jobhistory/list", Scope.READ, loose=True)
    def list(self, call: Call) -> Response:
        """List tasks, newest first; ``totalPage`` is how many there are."""
        return self._listed(_owned(call.caller))

    @operation("GET /jobhistory/listundonetasks", Scope.READ, loose=True)
    def list_undone(self, call: Call) -> Response:
        """List what is not over: of the last day, unless other bounds are given."""
        return self._listed(_undone(call.caller))

    @operation("GET /jobhistory/listundone", Scope.READ, loose=True)
    def count_undone(self, call: Call) -> Response:
        """Count what is not over."""
        return words.answer({"totalPage": self._engine.outlook.count(_undone(call.caller))})

    @operation("GET /jobhistory/list-taskids", Scope.READ, loose=True)
    def list_named(self, call: Call) -> Response:
        """List the tasks that are named, of those that are the caller's."""
        named = [word.strip() for word in text_asked("taskID").split(",") if word.strip()]
        if not all(word.isascii() and word.isdecimal() and len(word) <= _NUMBER for word in named):
            raise words.refuse("Invalid taskID : numbers with commas between are expected")
        if not 0 < len(named) <= _MOST_NAMED:
            raise words.refuse(f"Invalid taskID : 1 to {_MOST_NAMED} of them can be asked for")
        found = []
        for word in named:
            try:
                found.append(self._tasks.numbered(int(word), call.caller))
            except Unknown:
                continue
        return words.answer({"jobHistoryList": self._shown(found)})

    @operation("GET /jobhistory/governanceStationAdmin", Scope.READ, loose=True)
    def tell_admin(self, call: Call) -> Response:
        """Say what the caller may do."""
        admin = call.caller.may(Scope.ADMIN)
        about = {"admin": admin, "historyAdmin": admin, "deptAdmin": False, "errorMsgTip": ""}
        return words.answer(about)

    def _listed(self, owned: Owned) -> Response:
        page = max(number_asked("pageNow", 1), 1)
        size = number_asked("pageSize", _USUAL_PAGE)
        size = min(size, _LARGEST_PAGE) if size > 0 else _USUAL_PAGE
        found = self._engine.outlook.standings(owned, limit=size, offset=(page - 1) * size)
        tasks = self._tasks.of(found.items)
        return words.answer({"tasks": self._shown(tasks), "totalPage": found.total})

    def _shown(self, tasks: Sequence[Found]) -> Sequence[dict[str, Any]]:
        why = self._telling.why(tasks)
        return [present.task(each, why.get(each.task_id)) for each in tasks]


def _owned(caller: Caller) -> Owned:
    """What the address asks for. Refusal: in a way that makes no sense."""
    everybody = caller.may(Scope.ADMIN) and request.args.get("isAdminView", "").lower() == "true"
    number = number_asked("taskID", -1)
    creator = text_asked("creator")
    if len(creator) > 64 or not creator.isprintable():  # noqa: PLR2004 - as at submit
        raise words.refuse(f"Invalid creator : {creator[:64]}")
    wanted = [word.strip() for word in text_asked("status").split(",") if word.strip()]
    for word in wanted:
        if word not in status.ALL:
            raise words.refuse(f"Invalid status : {word[:64]}")
    return Owned(
        door=DOOR,
        owner=(text_asked("proxyUser").lower() or None) if everybody else caller.name,
        external_id=str(number - FIRST) if number >= 0 else None,
        tags=tuple(_tags(creator)),
        since=moment_asked("startDate"),
        until=moment_asked("endDate"),
        conditions=status.sought(wanted),
    )


def _undone(caller: Caller) -> Owned:
    owned = _owned(caller)
    return replace(
        owned,
        conditions=owned.conditions or status.sought(status.UNDONE),
        since=owned.since or datetime.now(UTC) - _DAY,
    )


def _tags(creator: str) -> Sequence[str]:
    engine, run_type = text_asked("executeApplicationName"), text_asked("runType")
    return [
        *([translate.creator_tag(creator)] if creator else []),
        *([translate.engine_tag(engine)] if engine else []),
        *([translate.type_tag(run_type)] if run_type else []),
    ]
