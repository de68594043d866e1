"""Whatever a machine thinks of sending is answered in this door's form, and never with a 5xx."""

import io
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
import yaml
from marshmallow import Schema, fields
from schemathesis import GenerationMode

from tests.conformance.cortex.client import AT, CURRENT, an_api
from tests.support.described import assert_kept, every_operation
from tests.support.http import Client
from windlass.coordinator.dialects.cortex.deploying import Making
from windlass.coordinator.dialects.cortex.jobs import Jobs
from windlass.coordinator.dialects.cortex.logs import Logs
from windlass.coordinator.dialects.cortex.operator import Operator
from windlass.coordinator.dialects.cortex.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.openapi import describe
from windlass.coordinator.web.operations import operations_of
from windlass.coordinator.web.streams import Streams

JOB = {
    "type": "object",
    "properties": {
        "timeout": {"type": ["integer", "null"]},
        "config": {"type": ["object", "null"]},
        "workers": {"type": "integer"},
        "item_list": {
            "type": "object",
            "properties": {"items": {"type": "array"}, "batch_size": {"type": "integer"}},
        },
        "file_path_lister": {
            "type": "object",
            "properties": {
                "s3_paths": {"type": "array", "items": {"enum": ["/", "s3://b/c", "c"]}},
                "includes": {"type": "array", "items": {"type": "string"}},
                "batch_size": {"type": "integer"},
            },
        },
    },
}
FILE = {"type": "object", "properties": {"config": {"type": "string"}}, "required": ["config"]}
PLACES = {
    "kind": ["tasks", "batch"],
    "name": ["job", "batch-api", "nothing", "%00", "a b"],
    "endpoint": ["job", "batch-api", "job/0123456789abcdef", "nothing/at/all", "batch-api/x"],
}
QUERY = {
    "jobID": ["", "0123456789abcdef", "\x00", "é"],
    "configFileName": ["cortex.yaml"],
    "dryRun": ["true"],
    "keepCache": ["true"],
}


class Fault(Schema):
    kind = fields.String(required=True)
    message = fields.String(required=True)


def document() -> dict[str, Any]:
    """Of the routes as they are, with what they take beside."""
    engine, making = cast(Engine, None), Making(None, 1 << 20)  # to describe operations takes none
    operator = Operator(engine, making, AT)
    jobs = Jobs(engine, Settings(), making, AT)
    found = operations_of(operator, Logs(engine, Streams(1), AT), jobs)
    shown = describe("Cortex", "1", AT, found, Fault)
    for path, methods in shown["paths"].items():
        for method, operation in methods.items():
            del operation["security"]
            operation["parameters"] = [*_places(operation), *_beside()]
            _tell_apart(operation, method)
            if method == "post":
                operation["requestBody"] = {"content": _taken(path)}
    return shown


def _tell_apart(operation: dict[str, Any], method: str) -> None:
    """A document is no string, and a dry run is told to a person."""
    for status, answer in operation["responses"].items():
        content = answer["content"]
        if status == "200" and "application/json" in content:
            content["application/json"] = {"schema": {"type": ["object", "array"]}}
        if method == "post" and status in {"200", "400"}:
            content["text/plain"] = {"schema": {"type": "string"}}


def _places(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place in operation["parameters"]:
        known = PLACES.get(place["name"])
        yield {**place, "schema": {"enum": known}} if known else place


def _beside() -> Iterator[dict[str, Any]]:
    versions = {"type": "string", "enum": [CURRENT, "0.27.0", "1", "x"]}
    yield {"in": "header", "name": "CortexAPIVersion", "schema": versions}
    for name, values in QUERY.items():
        yield {"in": "query", "name": name, "schema": {"type": "string", "enum": values}}


def _taken(path: str) -> dict[str, Any]:
    if path == "/deploy":
        return {"multipart/form-data": {"schema": FILE}}
    return {"application/json": {"schema": JOB}}


PATHS = document()["paths"]


@pytest.fixture(scope="module")
def api(lasting_client: Client) -> Any:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = lasting_client.application
    return schema


def deploy(client: Client) -> None:
    apis = [an_api("job"), {**an_api("batch-api"), "kind": "BatchAPI"}]
    answer = client.post(
        f"{AT}/deploy?configFileName=cortex.yaml",
        data={"config": (io.BytesIO(yaml.safe_dump(apis).encode()), "config")},
        headers={"CortexAPIVersion": CURRENT},
    )
    assert [each["error"] for each in answer.json] == ["", ""]


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    every_operation(PATHS, [path for path, methods in PATHS.items() if "post" in methods]),
)
def test_an_operation_keeps_to_its_description(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    deploy(api.app.test_client())  # what an example may have deleted

    assert_kept(api[path][method], mode)
