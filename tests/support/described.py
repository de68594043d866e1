"""A door held against a description of it, by whatever a machine thinks of sending."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = 20  # of each operation
OF_ANSWERS = [  # what holds for every door
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def operations_of(
    document: Mapping[str, Any], can_be_wrong: Callable[[str, str], bool]
) -> list[tuple[str, str, GenerationMode]]:
    """Method, path and mode; ``can_be_wrong`` says of which what is sent can be wrong as well."""
    return [
        (method, path, mode)
        for path, operations in document["paths"].items()
        for method in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or can_be_wrong(method, path)
    ]


def assert_kept(operation: Any, mode: GenerationMode, checks: Sequence[Any]) -> None:
    """Every answer of the operation passes the checks."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(checks=list(checks))

    check()
