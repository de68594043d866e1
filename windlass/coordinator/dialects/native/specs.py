"""What was asked for, over HTTP: as it was received, or with its secrets hidden."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from windlass.coordinator.dialects.native import present
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.web import jsontext, replies, yamltext
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.reading import Unreadable
from windlass.shared.ids import JobId


class Specs(Resource):
    @operation(
        "GET /jobs/<uuid:job_id>/spec",
        Scope.READ,
        gives={
            HTTPStatus.OK: Gives(about="with scope submit as it was received, else masked"),
            HTTPStatus.NOT_MODIFIED: Gives(about="the caller has it"),
        },
    )
    def job_spec(self, call: Call, job_id: UUID) -> Response:
        """Show what was submitted: as it was received to scope submit, else with secrets hidden.

        A document that says anything of secrets is never shown with them.
        """
        content = self._engine.document(JobId(job_id))
        if content is None:
            raise NotFound(f"no document was kept of job {job_id}")
        secrets = self._engine.job(JobId(job_id)).spec.secrets
        whole = call.caller.may(Scope.SUBMIT) and "secrets" not in content
        response = _as_received(content) if whole else _masked(content, secrets)
        return replies.immutable(request, response, f"{job_id} {whole}")


def _as_received(content: str) -> Response:
    media = "application/json" if content.lstrip().startswith(("{", "[")) else "application/yaml"
    return Response(content, content_type=f"{media}; charset=utf-8")


def _masked(content: str, secrets: Mapping[str, str]) -> Response:
    return replies.document(present.without(present.masked(_read(content.encode())), secrets))


def _read(data: bytes) -> Any:
    try:
        return jsontext.load(data)
    except Unreadable:
        return yamltext.load(data)
