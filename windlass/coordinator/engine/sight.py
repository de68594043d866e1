"""What somebody may see: a job that is hidden from them is as if it did not exist."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.store import audiences
from windlass.coordinator.store.db import Database, Tx

Id = TypeVar("Id", bound=UUID)
T = TypeVar("T")


@dataclass(frozen=True)
class Viewer:
    """Somebody who does not see everything. ``keys``: ``user:<id>`` and ``role:<id>``; without any
    they see what is open to everybody."""

    keys: tuple[str, ...] = ()


class Sight:
    """Of one viewer; None sees everything, and costs nothing. Ids of nothing pass: whoever looks
    them up finds out."""

    def __init__(self, db: Database, viewer: Viewer | None = None) -> None:
        self._db = db
        self._viewer = viewer

    @property
    def is_whole(self) -> bool:
        return self._viewer is None

    def job(self, id: Id) -> Id:
        return self._one("job", id)

    def task(self, id: Id) -> Id:
        return self._one("task", id)

    def attempt(self, id: Id) -> Id:
        return self._one("attempt", id)

    def schedule(self, id: Id) -> Id:
        return self._one("schedule", id)

    def execution(self, id: UUID) -> UUID:
        """Of a task or an attempt."""
        return self._one("task", self._one("attempt", id, "task"))

    def jobs(self, ids: Sequence[Id]) -> Sequence[Id]:
        """Those that are not hidden."""
        return self._some("job", ids, lambda id: id)

    def attempts(self, ids: Sequence[Id]) -> Sequence[Id]:
        return self._some("attempt", ids, lambda id: id)

    def of_jobs(self, things: Sequence[T], job_of: Callable[[T], UUID]) -> Sequence[T]:
        """Those whose job is not hidden."""
        return self._some("job", things, job_of)

    def audiences(self, tx: Tx) -> tuple[int, ...] | None:
        """Those they belong to; None: it does not matter."""
        return None if self._viewer is None else tuple(audiences.visible(tx, self._viewer.keys))

    def _one(self, what: str, id: Id, named: str = "") -> Id:
        if self._hidden(what, [id]):
            raise NotFound(f"there is no {named or what} {id}")
        return id

    def _some(self, what: str, things: Sequence[T], id_of: Callable[[T], UUID]) -> Sequence[T]:
        hidden = self._hidden(what, map(id_of, things))
        return [thing for thing in things if id_of(thing) not in hidden] if hidden else things

    def _hidden(self, what: str, ids: Iterable[UUID]) -> set[UUID]:
        if self._viewer is None:
            return set()
        with self._db.transaction() as tx:
            return audiences.hidden(tx, what, list(ids), self._viewer.keys)
