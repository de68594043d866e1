"""Nodes, queues and the system's health over HTTP."""

from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

from flask import Response

from windlass.coordinator.dialects.native import documents, present
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.streams import Streams

_NODE = {HTTPStatus.OK: Gives(schema=documents.Node)}


class Fleet(Resource):
    def __init__(self, engine: Engine, streams: Streams) -> None:
        super().__init__(engine)
        self._streams = streams

    @operation("GET /nodes", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.Nodes)})
    def list_nodes(self, _: Call) -> Response:
        """List the nodes."""
        return replies.document({"items": list(map(present.node, self._engine.nodes()))})

    @operation("GET /nodes/<name>", Scope.READ, gives=_NODE)
    def show_node(self, _: Call, name: str) -> Response:
        """Show a node."""
        return self._node(name)

    @operation("POST /nodes/<name>/drain", Scope.ADMIN, gives=_NODE)
    def drain_node(self, _: Call, name: str) -> Response:
        """Let a node finish what it runs and take no more."""
        self._engine.drain(name, True)
        return self._node(name)

    @operation("POST /nodes/<name>/resume", Scope.ADMIN, gives=_NODE)
    def resume_node(self, _: Call, name: str) -> Response:
        """Take a drained node back into service."""
        self._engine.drain(name, False)
        return self._node(name)

    @operation("GET /queues", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.Queues)})
    def list_queues(self, _: Call) -> Response:
        """List the queues in use, and what waits in them."""
        return replies.document({"items": list(map(present.queue, self._engine.queues()))})

    @operation("GET /system", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.System)})
    def show_system(self, _: Call) -> Response:
        """Show the health of each part."""
        return replies.document(
            {
                "version": program_version(),
                "parts": self._engine.check(),
                "jobs": self._engine.totals().by_state,
                "streams": self._streams.open,
            }
        )

    def _node(self, name: str) -> Response:
        return replies.document(present.node(self._engine.node(name)))


def program_version() -> str:
    try:
        return version("windlass")
    except PackageNotFoundError:  # run from a source tree that was not installed
        return "0"
