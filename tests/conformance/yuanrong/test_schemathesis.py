"""Whatever a machine thinks of sending, the door answers in its own shapes and never breaks."""

from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.support.described import assert_kept, every_operation
from tests.support.http import Client

_TEXT: Any = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_JOB = {
    "type": "object",
    "required": ["entrypoint", "runtime_env"],
    "properties": {
        "entrypoint": _TEXT,
        "submission_id": {"anyOf": [{"type": "string", "pattern": "^[a-z0-9-]{1,40}$"}, _TEXT]},
        "runtime_env": {
            "type": "object",
            "required": ["working_dir"],
            "properties": {
                "working_dir": {"anyOf": [{"const": "/a.zip"}, _TEXT]},
                "env_vars": _TEXTS,
                "envVars": _TEXT,
                "pip": {"anyOf": [{"type": "array", "items": _TEXT}, _TEXT]},
            },
        },
        "metadata": _TEXTS,
        "entrypoint_num_cpus": {"type": "number"},
        "entrypoint_num_gpus": {"type": "number"},
        "entrypoint_memory": {"type": "integer"},
    },
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
_POOLS = {"name": "X-Pool-Label", "in": "header", "schema": _TEXT}
_TENANT = {"name": "X-Tenant-Id", "in": "header", "schema": _TEXT}
_BARE = {"type": "boolean"}
_SECONDS = {"type": "string", "pattern": "^[0-9]*$"}
_DETAILS = {
    "type": "object",
    "required": ["type", "submission_id", "status", "start_time", "end_time", "runtime_env"],
    "properties": {
        "type": {"const": "SUBMISSION"},
        "submission_id": {"type": "string", "pattern": "^app-"},
        "start_time": _SECONDS,
        "end_time": _SECONDS,
        "runtime_env": _TEXTS,
    },
}


def _answers(schema: Any, *refusals: int) -> Any:
    """Refusals are bare strings, in JSON."""
    said = {"content": {"application/json": {"schema": _TEXT}}, "description": "refused"}
    done = {"content": {"application/json": {"schema": schema}}, "description": "done"}
    return {"responses": {"200": done, **{str(status): said for status in refusals}}}


_SUBMITTED = {"type": "object", "required": ["submission_id"], "properties": {}}
_SCHEMA: Any = {
    "openapi": "3.1.0",
    "info": {"title": "openYuanrong's jobs", "version": "1"},
    "paths": {
        "/yr/api/jobs": {
            "get": {"parameters": [_TENANT], **_answers({"type": "array", "items": _DETAILS})},
            "post": {
                "parameters": [_TENANT, _POOLS],
                "requestBody": {"content": {"application/json": {"schema": _JOB}}},
                **_answers(_SUBMITTED, 400),
            },
        },
        "/yr/api/jobs/{id}": {
            "get": {"parameters": [_ID], **_answers(_DETAILS, 404)},
            "delete": {"parameters": [_ID], **_answers(_BARE, 404)},
        },
        "/yr/api/jobs/{id}/stop": {"post": {"parameters": [_ID], **_answers(_BARE, 404)}},
    },
}
_OPERATIONS = every_operation(_SCHEMA["paths"], ["/yr/api/jobs"])


@pytest.fixture(scope="module")
def api(lasting_client: Client) -> Any:
    schema = schemathesis.openapi.from_dict(_SCHEMA)
    schema.app = lasting_client.application
    return schema


@pytest.mark.parametrize(("method", "path", "mode"), _OPERATIONS)
def test_whatever_is_sent_is_answered_as_described(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    assert_kept(api[path][method], mode)
