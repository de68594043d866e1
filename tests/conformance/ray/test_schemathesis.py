"""Whatever a machine thinks of sending, the door answers in its own words and never breaks."""

from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.support.described import assert_kept, every_operation
from tests.support.http import Client

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_ENVIRONMENT = {
    "type": "object",
    "properties": {
        "env_vars": _TEXTS,
        "pip": {"type": "array", "items": {"type": "string"}},
        "working_dir": {"type": "string"},
        "py_modules": {"type": "array", "items": {"type": "string"}},
        "image_uri": {"type": "string"},
        "config": {"type": "object"},
    },
}
_JOB = {
    "type": "object",
    "required": ["entrypoint"],
    "additionalProperties": False,
    "properties": {
        "entrypoint": {"type": "string"},
        "submission_id": {"type": "string"},
        "job_id": {"type": "string"},
        "runtime_env": _ENVIRONMENT,
        "metadata": _TEXTS,
        "entrypoint_num_cpus": {"type": "number"},
        "entrypoint_num_gpus": {"type": "number"},
        "entrypoint_memory": {"type": "integer"},
        "entrypoint_resources": {"type": "object", "additionalProperties": {"type": "number"}},
        "entrypoint_label_selector": _TEXTS,
    },
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
_NAME = {**_ID, "name": "name"}


def _answers(schema: Any, *refusals: int) -> Any:
    """Refusals are one line of text. No ``schema``: what is told is the status."""
    line = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "refused"}
    done: Any = {"description": "done"}
    if schema is not None:
        done["content"] = {"application/json": {"schema": schema}}
    return {"responses": {"200": done, **{str(status): line for status in refusals}}}


def _document(**kinds: Any) -> Any:
    """All of these and nothing else."""
    properties = {name: {"type": kind} for name, kind in kinds.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(kinds),
        "additionalProperties": False,
    }


_MAYBE_TEXT = ["string", "null"]
_MAYBE_NUMBER = ["integer", "null"]
_MAYBE_OBJECT = ["object", "null"]
_DETAILS = _document(
    type="string",
    job_id="null",
    submission_id="string",
    driver_info="null",
    status="string",
    entrypoint="string",
    message="string",
    error_type=_MAYBE_TEXT,
    start_time="integer",
    end_time=_MAYBE_NUMBER,
    metadata=_MAYBE_OBJECT,
    runtime_env=_MAYBE_OBJECT,
    driver_agent_http_address="null",
    driver_node_id=_MAYBE_TEXT,
    driver_exit_code=_MAYBE_NUMBER,
    windlass="object",
)
_BYTES = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}
_SUBMIT = {"requestBody": {"content": {"application/json": {"schema": _JOB}}}}
_SCHEMA: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Ray's jobs", "version": "4"},
    "paths": {
        "/api/version": {"get": _answers({"type": "object", "required": ["version"]})},
        "/api/jobs/": {
            "get": _answers({"type": "array", "items": _DETAILS}),
            "post": {
                **_SUBMIT,
                **_answers(_document(job_id="string", submission_id="string"), 400, 409),
            },
        },
        "/api/jobs/{id}": {
            "get": {"parameters": [_ID], **_answers(_DETAILS, 404)},
            "delete": {"parameters": [_ID], **_answers(_document(deleted="boolean"), 404, 409)},
        },
        "/api/jobs/{id}/stop": {
            "post": {"parameters": [_ID], **_answers(_document(stopped="boolean"), 404)}
        },
        "/api/jobs/{id}/logs": {
            "get": {"parameters": [_ID], **_answers(_document(logs="string"), 404)}
        },
        "/api/packages/gcs/{name}": {
            "get": {"parameters": [_NAME], **_answers(None, 400, 404)},
            "put": {"parameters": [_NAME], **_BYTES, **_answers(None, 400, 404, 413)},
        },
    },
}
# Any text is an id that may be asked for: only a job can be wrong.
_OPERATIONS = every_operation(_SCHEMA["paths"], ["/api/jobs/"])


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
