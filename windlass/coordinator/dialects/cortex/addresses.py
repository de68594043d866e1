"""Addresses as clients use them, and who may ask: Cortex's headers, and our own tokens in them."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Request, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter

from windlass.coordinator.dialects.cortex import schema
from windlass.coordinator.dialects.cortex.faults import Fault, refusal
from windlass.coordinator.web.auth import bearer

# The operator's addresses, by first part and how many there are, and what each takes.
_OPERATOR = {
    ("batch", 2): ("DELETE", "GET", "POST"),
    ("batch", 3): ("DELETE", "GET"),
    ("delete", 2): ("DELETE",),
    ("deploy", 1): ("POST",),
    ("describe", 2): ("GET",),
    ("get", 1): ("GET",),
    ("get", 2): ("GET",),
    ("get", 3): ("GET",),
    ("info", 1): ("GET",),
    ("logs", 2): ("GET",),
    ("logs", 3): ("GET",),
    ("patch", 1): ("POST",),
    ("refresh", 2): ("POST",),
    ("streamlogs", 2): ("GET",),
    ("tasks", 2): ("DELETE", "GET", "POST"),
    ("tasks", 3): ("DELETE", "GET"),
    ("verifycortex", 1): ("GET",),
}
RESERVED = {first for first, _ in _OPERATOR}  # no endpoint may begin so


class Kind(BaseConverter):
    """Where the operator has the jobs of each kind of API."""

    regex = "tasks|batch"
    weight = 50

    def to_python(self, value: str) -> str:
        return schema.TASK if value == "tasks" else schema.BATCH


class Endpoint(BaseConverter):
    """Whatever an API's own address can be, and the id of a job behind it."""

    regex = r"[a-zA-Z0-9_\-./]+"
    part_isolating = False
    weight = 200


def not_served(path: str) -> Exception:
    """The operator's address is there, but not for this method; or it is not there."""
    parts = path.split("/")
    methods = _OPERATOR.get((parts[0], len(parts)))
    return MethodNotAllowed(methods) if methods else NotFound()


_TOKEN = re.compile(rb"wl_[A-Za-z0-9_-]{43}")
_OLD = "CortexAWS "
_NEW = "X-Cortex-Authorization"
_LONGEST = 16 << 10


def credentials(request: Request) -> str | None:
    """A bearer token; else whatever of a Cortex client's cloud keys is a token of ours."""
    old = request.headers.get("Authorization", "")
    if old.startswith(_OLD):
        return _token_in(old.encode())
    return bearer(request) or _token_in(_decoded(request.headers.get(_NEW, "")))


def _decoded(text: str) -> bytes:
    if len(text) > _LONGEST:
        return b""
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError:
        return b""


def _token_in(data: bytes) -> str | None:
    found = _TOKEN.search(data)
    return found[0].decode() if found else None


def check_endpoint(endpoint: str) -> None:
    """Fault: the operator's own addresses begin so."""
    first = endpoint.strip("/").partition("/")[0]
    if first in RESERVED:
        raise Fault(
            "spec.duplicate_endpoint",
            f"endpoint {endpoint} is an address of the operator's own; set networking.endpoint to"
            " another one",
        )


def url(prefix: str, path: str) -> str:
    return f"{request.host_url.rstrip('/')}{prefix}{path}"


def told(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Faults become answers."""

    @wraps(handler)
    def call(*args: Any, **places: Any) -> Response:
        try:
            return handler(*args, **places)
        except Fault as fault:
            raise refusal(fault) from None

    return call
