"""Tasks: look at one."""

from collections.abc import Iterator

from flask import Response

from windlass.coordinator.dialects.tork.http import found, replies
from windlass.coordinator.dialects.tork.http.routes import Route
from windlass.coordinator.dialects.tork.http.showing import cover_of, document_of, shown_tasks
from windlass.coordinator.dialects.tork.http.visit import Visit

GROUP = "tasks"


def routes() -> Iterator[Route]:
    yield Route(at="GET /tasks/<id>", group=GROUP, handler=show_task)


def show_task(visit: Visit, id: str) -> Response:
    execution, placed = found.execution(visit.engine, id)
    document = document_of(visit.engine, placed.job)
    cover = cover_of(placed.job, visit.settings)
    return replies.document(shown_tasks(document, [execution], cover)[0])
