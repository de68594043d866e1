"""A task that somebody asks for: found by any of its ids, and only by whom it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from windlass.coordinator.dialects.linkis import asked as asking
from windlass.coordinator.dialects.linkis import ids, status
from windlass.coordinator.dialects.linkis.asked import Asked
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.outlook_views import Standing
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Caller, Scope

DOOR = "linkis"
FIRST = 1  # the number of the first task; the engine counts from 0


class Unknown(Exception):
    """There is no such task, or not for this caller."""


@dataclass(frozen=True)
class Found:
    standing: Standing
    asked: Asked
    now: datetime

    @property
    def task_id(self) -> int:
        return int(self.standing.job.external_id or 0) + FIRST

    @cached_property
    def short_id(self) -> str:
        asked = self.asked
        return ids.short_id(asked.creator, asked.execute_user, asked.engine, self.task_id)

    @property
    def exec_id(self) -> str:
        return ids.exec_id(self.short_id)

    @cached_property
    def status(self) -> str:
        return status.status(self.standing, self.now)

    @property
    def is_over(self) -> bool:
        return self.status in status.OVER

    @property
    def progress(self) -> float:
        return status.progress(self.standing, self.now)


class Tasks:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def named(self, id: str, caller: Caller) -> Found:
        """Malformed: that is no id; Unknown."""
        named = ids.read_id(id)
        found = self.numbered(named.task_id, caller)
        if not ids.is_meant(named, found.short_id):
            raise Unknown(id)
        return found

    def numbered(self, task_id: int, caller: Caller) -> Found:
        try:
            standing = self._engine.outlook.standing(DOOR, str(task_id - FIRST))
        except NotFound:
            raise Unknown(str(task_id)) from None
        if standing.job.owner != caller.name and not caller.may(Scope.ADMIN):
            raise Unknown(str(task_id))
        return self.of([standing])[0]

    def of(self, standings: Sequence[Standing]) -> list[Found]:
        documents = self._engine.documents([standing.job.id for standing in standings])
        now = datetime.now(UTC)
        return [
            Found(standing, asking.decode(documents[standing.job.id]), now)
            for standing in standings
            if standing.job.id in documents
        ]
