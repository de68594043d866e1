"""Are you there?"""

from http import HTTPStatus

from flask import Response

from windlass.coordinator.dialects.daggy import documents
from windlass.coordinator.dialects.daggy.queries import AnyQuery
from windlass.coordinator.web import replies
from windlass.coordinator.web.operations import Call, Gives, operation

_GREETING = {"msg": "Ya like DAGs?"}


class Ready:
    @operation(
        "GET /ready", None, query=AnyQuery, gives={HTTPStatus.OK: Gives(schema=documents.Greeting)}
    )
    def ready(self, _: Call) -> Response:
        """Say that this door is open."""
        return replies.document(_GREETING)
