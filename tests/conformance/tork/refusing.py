"""What the door answers to a body, without a door."""

import pytest

from windlass.coordinator.dialects.tork.documents import Document
from windlass.coordinator.dialects.tork.intake import Refused, read_job

JSON, YAML = "application/json", "text/yaml"


def refusal(body: str | bytes, content_type: str | None = JSON, *, scheduled: bool = False) -> str:
    with pytest.raises(Refused) as caught:
        read_job(_bytes(body), content_type, scheduled=scheduled)
    return str(caught.value)


def taken(body: str | bytes, content_type: str = JSON, *, scheduled: bool = False) -> Document:
    return read_job(_bytes(body), content_type, scheduled=scheduled)


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body
