"""A door held against a description of it, by whatever a machine thinks of sending."""

from collections.abc import Mapping, Sequence
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

# Not among them: negative_data_rejection. Fields that nobody knows mean nothing at most doors.
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


def every_operation(
    paths: Mapping[str, Mapping[str, Any]], wrong: Sequence[str] = ()
) -> list[tuple[str, str, GenerationMode]]:
    """Method, path and what it is sent: what fits, and to the POSTs of ``wrong`` what does not."""
    return [
        *(
            (method, path, GenerationMode.POSITIVE)
            for path, methods in paths.items()
            for method in methods
        ),
        *(("post", path, GenerationMode.NEGATIVE) for path in wrong),
    ]


def assert_kept(operation: Any, mode: GenerationMode, checks: Sequence[Any] = CHECKS) -> None:
    """Every answer of the operation passes the checks."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(checks=list(checks))

    check()
