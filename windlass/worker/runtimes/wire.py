"""What a worker and its companion processes say to each other. Standard library only.

A request is a JSON object with its length in front; the answer is one byte.
"""

import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

YES, NO = b"+", b"-"
_LENGTH = struct.Struct(">I")


def become_companion() -> socket.socket:
    """For a process that was started with a socket as its standard input: leave the worker's
    session, so that what ends the worker does not end us, and take the socket."""
    with suppress(PermissionError):  # leads a session already
        os.setsid()
    os.chdir("/")
    link = socket.socket(fileno=os.dup(0))
    link.setblocking(True)
    os.dup2(1, 0)  # nothing is to be read there, nor to take that number
    return link


def send(link: socket.socket, request: dict[str, Any]) -> None:
    body = json.dumps(request).encode()
    link.sendall(_LENGTH.pack(len(body)) + body)


def requests(link: socket.socket) -> Iterator[dict[str, Any]]:
    """Ends when the worker has gone."""
    while head := _exactly(link, _LENGTH.size):
        body = _exactly(link, *_LENGTH.unpack(head))
        if body is None:
            return
        yield json.loads(body)


def _exactly(link: socket.socket, size: int) -> bytes | None:
    received = b""
    while len(received) < size:
        more = link.recv(size - len(received))
        if not more:
            return None
        received += more
    return received
