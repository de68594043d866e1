"""Whatever a machine thinks of sending, the door answers in its own words and never breaks."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

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
_ANSWERS = {"responses": {"200": {"description": "done"}}}
_SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "Ray's jobs", "version": "4"},
    "paths": {
        "/api/jobs/": {
            "post": {"requestBody": {"content": {"application/json": {"schema": _JOB}}}, **_ANSWERS}
        },
        "/api/jobs/{id}": {
            method: {"parameters": [_ID], **_ANSWERS} for method in ("get", "delete")
        },
        "/api/jobs/{id}/stop": {"post": {"parameters": [_ID], **_ANSWERS}},
        "/api/jobs/{id}/logs": {"get": {"parameters": [_ID], **_ANSWERS}},
        "/api/packages/gcs/{name}": {
            method: {"parameters": [_NAME], **_ANSWERS} for method in ("get", "put")
        },
    },
}
_OPERATIONS: list[tuple[str, str, GenerationMode]] = [
    *(
        (method, path, GenerationMode.POSITIVE)
        for path, methods in _SCHEMA["paths"].items()  # type: ignore[attr-defined]  # a dictionary of many kinds
        for method in methods
    ),
    ("post", "/api/jobs/", GenerationMode.NEGATIVE),  # any text is an id that may be asked for
]


@pytest.fixture(scope="module")
def api(lasting_client: Client) -> Any:
    schema = schemathesis.openapi.from_dict(_SCHEMA)
    schema.app = lasting_client.application
    return schema


@pytest.mark.parametrize(("method", "path", "mode"), _OPERATIONS)
def test_nothing_that_is_sent_breaks_it(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(checks=[not_a_server_error])

    check()
