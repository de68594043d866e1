"""How many tasks run and wait."""

from flask import Response

from windlass.coordinator.dialects.linkis import status, translate, words
from windlass.coordinator.dialects.linkis.engines import find_engine
from windlass.coordinator.dialects.linkis.found import DOOR
from windlass.coordinator.dialects.linkis.reading import text_asked
from windlass.coordinator.dialects.linkis.settings import Settings
from windlass.coordinator.engine.outlook_views import Owned
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, operation

_OLD = "/entrance/api/metrics"
_OTHERS = "You are not allowed to see the tasks of other users(没有查看其他用户任务的权限)"


class Figures:
    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._engines = settings.engines

    @operation(
        "GET /entrance/operation/metrics/runningtask",
        Scope.READ,
        also=(f"{_OLD}/runningtask",),
        loose=True,
    )
    def count_all(self, _: Call) -> Response:
        """Count everybody's tasks that are not over."""
        owned = Owned(door=DOOR, conditions=status.sought(status.UNDONE))
        number = self._engine.outlook.count(owned)
        return words.answer({"runningTaskNumber": number, "isCompleted": number == 0}, "success")

    @operation(
        "GET /entrance/operation/metrics/taskinfo",
        Scope.READ,
        also=(f"{_OLD}/taskinfo",),
        loose=True,
    )
    def count_own(self, call: Call) -> Response:
        """Count one user's tasks that are not over, of a creator and an engine where named."""
        user = text_asked("user").lower() or call.caller.name
        if user != call.caller.name and not call.caller.may(Scope.ADMIN):
            raise words.refuse(_OTHERS)
        creator, engine = text_asked("creator"), text_asked("ecType")
        tags = tuple(
            [translate.creator_tag(creator)] * bool(creator)
            + [translate.engine_tag(engine.partition("-")[0])] * bool(engine)
        )
        running, queued = self._count(user, tags, status.RUNNING), self._queued(user, tags)
        told = {"taskNumber": running + queued, "runningNumber": running, "queuedNumber": queued}
        kind, _, version = engine.partition("-")
        configured = find_engine(self._engines, kind, version)
        if creator and configured is not None:
            told["creatorECTypeMaxRunningJobs"] = configured.running
        return words.answer(told, "success")

    def _queued(self, user: str, tags: tuple[str, ...]) -> int:
        return self._count(user, tags, status.INITED, status.SCHEDULED)

    def _count(self, user: str, tags: tuple[str, ...], *statuses: str) -> int:
        conditions = status.sought(statuses)
        return self._engine.outlook.count(
            Owned(door=DOOR, owner=user, tags=tags, conditions=conditions)
        )
