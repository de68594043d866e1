"""The OpenAPI document and the door must agree, whatever a machine thinks of sending."""

from typing import Any, cast

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    unsupported_method,
)

from tests.support import described
from tests.support.described import assert_kept
from tests.support.http import BASE, Client, a_document, an_app, sent
from windlass.coordinator.engine.service import Engine

# Not among them: positive_data_acceptance, since names across tasks are no matter of a schema.
# Tokens are left out altogether: test_auth goes through every operation with each.
CHECKS = [
    *described.CHECKS,
    response_headers_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]


def operations() -> list[tuple[str, str, GenerationMode]]:
    """What takes no input cannot be given a wrong one."""
    app = an_app(cast(Engine, None))  # the document needs no engine
    paths: Any = app.test_client().get(f"{BASE}/openapi.json").json["paths"]  # type: ignore[index]  # a response of JSON has it
    return [
        (method, path, mode)
        for path in paths
        if not path.endswith(("/follow", "/events"))  # a stream has no end to be checked
        for method, about in paths[path].items()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or about["parameters"] or "requestBody" in about
    ]


@pytest.fixture(scope="module")
def api(lasting_client: Client) -> Any:
    """With something in it to find."""
    sent(lasting_client, a_document())
    document = lasting_client.get(f"{BASE}/openapi.json").json
    for operation in (one for path in document["paths"].values() for one in path.values()):
        del operation["security"]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = lasting_client.application
    return schema


@pytest.mark.parametrize(("method", "path", "mode"), operations())
def test_an_operation_keeps_to_its_description(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    # To validate is to tell what is wrong, which is no failure.
    checks = [c for c in CHECKS if path != "/validate" or c is not negative_data_rejection]

    assert_kept(api[path][method], mode, checks)
