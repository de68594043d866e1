"""The Idempotency-Key header."""

from typing import Any

from flask import Request

from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.reading import Flaw

HEADER = "Idempotency-Key"
_LONGEST = 255
SHAPE: dict[str, Any] = {"type": "string", "pattern": f"^[!-~]{{1,{_LONGEST}}}$"}


def idempotency_key(request: Request) -> str | None:
    """None where there is none. Refusal (400): it is none that can be stored."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (1 <= len(key) <= _LONGEST and all("!" <= char <= "~" for char in key)):
        allowed = f"1 to {_LONGEST} printable ASCII characters without spaces"
        raise invalid(
            "the idempotency key is not valid", [Flaw((HEADER,), "is not valid", allowed)]
        )
    return key
