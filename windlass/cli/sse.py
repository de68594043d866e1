"""Server-Sent Events that survive a broken connection: Last-Event-ID takes up where it stopped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from time import monotonic, sleep
from typing import Any

from windlass.cli.client import Client, LinkLost
from windlass.cli.failures import Unreachable

OUTAGE = 60.0  # seconds a server may be away before we give up
_PIECE = 1 << 16


@dataclass(frozen=True)
class Event:
    kind: str
    data: dict[str, Any]


def events(api: Client, *path: str, outage: float = OUTAGE) -> Iterator[Event]:
    """Up to and with ``end``. Unreachable once the server has been away for ``outage``."""
    seen: list[str] = []  # the newest id, if any
    heard, pause = monotonic(), 0.1
    while True:
        try:
            for event in _connection(api, path, seen):
                heard, pause = monotonic(), 0.1
                yield event
                if event.kind == "end":
                    return
        except (LinkLost, HTTPException, OSError, Unreachable) as problem:
            if monotonic() - heard > outage:
                raise Unreachable(f"lost {api.server}: {problem}") from None
        sleep(pause)
        pause = min(pause * 2, 2.0)


def _connection(api: Client, path: tuple[str, ...], seen: list[str]) -> Iterator[Event]:
    headers = {"Accept": "text/event-stream"}
    if seen:
        headers["Last-Event-ID"] = seen[-1]
    with api.open("GET", *path, headers=headers) as answer:
        for fields in _blocks(answer):
            yield Event(fields.get("event", "message"), json.loads(fields.get("data") or "{}"))
            if "id" in fields:  # after the yield: what was not taken must come again
                seen[:] = [fields["id"]]


def _blocks(answer: HTTPResponse) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in _lines(answer):
        if not line:
            if fields:
                yield fields
            fields = {}
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value
        fields.pop("", None)  # a comment


def _lines(answer: HTTPResponse) -> Iterator[str]:
    rest = b""
    while piece := answer.read1(_PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode()
