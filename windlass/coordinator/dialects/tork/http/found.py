"""Things by the ids of requests; one that nobody ever gave is as unknown as any other."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.dialects.tork.show.ids import parse
from windlass.coordinator.dialects.tork.translate import DOOR
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.outlook_views import Execution, Placed
from windlass.coordinator.engine.service import Engine
from windlass.shared.ids import JobId

T = TypeVar("T")


def job(engine: Engine, text: str) -> Placed:
    """Of this door: what others made has no document to show here."""
    placed = looked_up("job", text, lambda id: engine.outlook.job(JobId(id)))
    if placed.job.door != DOOR:
        refuse(HTTPStatus.NOT_FOUND, "job not found")
    return placed


def execution(engine: Engine, text: str) -> tuple[Execution, Placed]:
    """With its job."""
    found = looked_up("task", text, engine.outlook.execution)
    placed = looked_up("task", found.task.job_id.hex, lambda id: engine.outlook.job(JobId(id)))
    if placed.job.door != DOOR:
        refuse(HTTPStatus.NOT_FOUND, "task not found")
    return found, placed


def looked_up(what: str, text: str, look: Callable[[UUID], T]) -> T:
    id = parse(text)
    if id is None:
        refuse(HTTPStatus.NOT_FOUND, f"{what} not found")
    try:
        return look(id)
    except NotFound:
        refuse(HTTPStatus.NOT_FOUND, f"{what} not found")
