"""Tokens over HTTP."""

from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import ValidationError

from windlass.coordinator.dialects.native import people_documents as documents
from windlass.coordinator.dialects.native import present
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import ANYBODY, Gate, Scope
from windlass.coordinator.web.body import MEDIA, read_body
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.fields import Choice, Text
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.quantities import Moment
from windlass.coordinator.web.reading import Flaw
from windlass.coordinator.web.refusals import Strict, flaws


class TokenDocument(Strict):
    name = Text(least=1, most=63, required=True)
    scope = Choice(list(Scope), required=True)
    expires_at = Moment()
    user = Text(least=1, most=128)


_SCHEMA = TokenDocument()
_LOCKS_OUT = Flaw(
    ("scope",),
    "would lock everybody out: with the first token, who has none can do nothing any more",
    "admin and no user, for the first token",
)


class Tokens(Resource):
    def __init__(self, engine: Engine, gate: Gate) -> None:
        super().__init__(engine)
        self._gate = gate

    @operation("GET /tokens", Scope.ADMIN, gives={HTTPStatus.OK: Gives(schema=documents.Tokens)})
    def list_tokens(self, _: Call) -> Response:
        """List the tokens, without their secrets."""
        return replies.document({"items": list(map(present.token, self._engine.tokens()))})

    @operation(
        "POST /tokens",
        Scope.ADMIN,
        body=TokenDocument,
        formats=tuple(MEDIA),
        gives={HTTPStatus.CREATED: Gives(schema=documents.TokenWithSecret)},
        fails=(HTTPStatus.CONFLICT,),
    )
    def create_token(self, call: Call) -> Response:
        """Make a token; its secret is told this once.

        With ``user`` it acts for them, and may no more than they. The first one is of scope admin.
        """
        asked = _read()
        if call.caller is ANYBODY and (asked["scope"] != Scope.ADMIN or "user" in asked):
            raise invalid("the token is not valid", [_LOCKS_OUT])
        token, secret = self._engine.create_token(**asked)
        self._gate.close()
        return replies.document({**present.token(token), "secret": secret}, HTTPStatus.CREATED)

    @operation("DELETE /tokens/<name>", Scope.ADMIN, gives={HTTPStatus.NO_CONTENT: Gives()})
    def revoke_token(self, _: Call, name: str) -> Response:
        """Revoke a token."""
        self._engine.revoke_token(name)
        return replies.nothing()


def _read() -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = _SCHEMA.load(read_body(request).load())
    except ValidationError as error:
        raise invalid("the token is not valid", flaws(error)) from None
    return loaded
