"""Server-Sent Events, taken apart."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Happened:
    event: str
    id: str
    data: Any


def events(chunks: Iterable[bytes]) -> Iterator[Happened]:
    """Each as soon as it is whole, however the bytes are cut."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n\n")
        yield from (_event(text) for text in whole if not text.startswith(b":"))


def _event(text: bytes) -> Happened:
    fields = dict(line.split(": ", 1) for line in text.decode().split("\n"))
    return Happened(fields["event"], fields["id"], json.loads(fields["data"]))
