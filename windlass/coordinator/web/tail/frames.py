"""Server-Sent Events as bytes."""

from datetime import UTC, datetime
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode

Data = dict[str, Any] | list[dict[str, Any]]


def frame(event: str, data: Data, id: str) -> bytes:
    """JSON holds no newline, so the data is one line."""
    return b"event: %b\nid: %b\ndata: %b\n\n" % (event.encode(), id.encode(), _encode(data))


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
