"""Queues, nodes, figures and health."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import unquote

from flask import Response, request
from werkzeug.exceptions import NotFound

from windlass.coordinator.dialects.tork.http import replies
from windlass.coordinator.dialects.tork.http.routes import Route
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.show import fleet as show
from windlass.coordinator.dialects.tork.show.gojson import number
from windlass.coordinator.web.auth import Scope

SPEAKS = "0.1.153"  # the Tork whose words these are

_RAW = ("RAW_URI", "REQUEST_URI")


def routes() -> Iterator[Route]:
    yield Route(at="GET /health", group="health", handler=show_health, scope=None)
    yield Route(at="GET /queues", group="queues", handler=list_queues)
    yield Route(at="GET /queues/<path:name>", group="queues", handler=show_queue)
    yield Route(
        at="DELETE /queues/<path:name>", group="queues", handler=delete_queue, scope=Scope.SUBMIT
    )
    yield Route(at="GET /nodes", group="nodes", handler=list_nodes)
    yield Route(at="GET /metrics", group="metrics", handler=show_metrics)


def show_health(visit: Visit) -> Response:
    up = all(found == "ok" for found in visit.engine.check().values())
    status = HTTPStatus.OK if up else HTTPStatus.SERVICE_UNAVAILABLE
    return replies.document({"status": "UP" if up else "DOWN", "version": SPEAKS}, status)


def list_queues(visit: Visit) -> Response:
    return replies.document(list(show.queues(visit.engine.queues()).values()))


def show_queue(visit: Visit, name: str) -> Response:
    name = _as_written(name)
    found = show.queues(visit.engine.queues()).get(name)
    if found is None:
        replies.refuse(HTTPStatus.NOT_FOUND, f"queue {name} not found")
    return replies.document(found)


def delete_queue(visit: Visit, name: str) -> Response:
    """Takes nothing away: a queue is there as long as work or nodes name it, and no task is lost
    for somebody's tidying up."""
    name = _as_written(name)
    if name in show.OF_COORDINATORS or name.startswith(show.PRIVATE):
        replies.refuse(HTTPStatus.BAD_REQUEST, f"queue {name} is not a task queue")
    show_queue(visit, name)
    return replies.empty(HTTPStatus.OK)


def list_nodes(visit: Visit) -> Response:
    now = datetime.now(UTC)
    nodes = show.listed(visit.engine.nodes(), now)
    return replies.document([show.node(node, now) for node in nodes])


def show_metrics(visit: Visit) -> Response:
    nodes = show.listed(visit.engine.nodes(), datetime.now(UTC))
    loads = [show.load(node) for node in nodes]
    busy = visit.engine.outlook.running()
    online = {"online": len(nodes), "cpuPercent": number(sum(loads) / len(loads) if loads else 0)}
    figures = {"jobs": {"running": busy.jobs}, "tasks": {"running": busy.tasks}, "nodes": online}
    return replies.document(figures)


def _as_written(name: str) -> str:
    """An escaped slash stays escaped, as it does in Tork; one that is not leads nowhere."""
    if "/" not in name:
        return name
    raw = next((request.environ[key] for key in _RAW if key in request.environ), "")
    last = raw.partition("?")[0].rpartition("/queues/")[2]
    if "/" in last or unquote(last) != name:
        raise NotFound
    return last
