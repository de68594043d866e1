"""Server-Sent Events, taken apart."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Heard:
    kind: str
    id: str
    data: Any


def events(chunks: Iterable[bytes]) -> Iterator[Heard]:
    """Each as soon as it is whole, however the bytes are cut."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n\n")
        yield from (parsed(text) for text in whole if not text.startswith(b":"))


def parsed(frame: bytes) -> Heard:
    fields = dict(line.split(": ", 1) for line in frame.decode().strip().split("\n"))
    return Heard(fields["event"], fields["id"], json.loads(fields["data"]))
