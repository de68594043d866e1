"""A door held against a description of it, by whatever a machine thinks of sending."""

from collections.abc import Sequence
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

EXAMPLES = 20  # of each operation


def assert_kept(operation: Any, mode: GenerationMode, checks: Sequence[Any]) -> None:
    """Every answer of the operation passes the checks."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(checks=list(checks))

    check()
