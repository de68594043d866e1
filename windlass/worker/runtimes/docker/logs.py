"""A container's log, followed from any byte, over a connection of its own.

The client library reads such a stream line by line and cannot tell silence from a broken link.
Here silence is reported, and a stream that was cut is told from one that ended.
"""

import socket
import ssl
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from docker import APIClient

from windlass.worker.runtimes.base import PIECE, RuntimeBroken
from windlass.worker.runtimes.docker.daemon import Daemon

IDLE = 0.1  # seconds of silence after which an empty piece is yielded
LINE_COST = 64  # what the log driver writes around each line, at most

_RECEIVE = 1 << 18
_CONNECTING = 30.0
_HEADER = 8  # stream number, three zeros, length
_STREAMS: dict[int, Literal["out", "err"]] = {1: "out", 2: "err"}

Piece = tuple[Literal["out", "err"], bytes, int]  # the last: how many lines are in it
_NOTHING: tuple[Piece] = (("out", b"", 0),)


class Cut(Exception):
    """The stream broke off: there may be more."""


def follow(daemon: Daemon, container: str) -> Iterator[Piece]:
    """From the first byte until the container has ended. Cut when the connection breaks."""
    query = "follow=1&stdout=1&stderr=1"
    path = f"/v{daemon.api.api_version}/containers/{container}/logs?{query}"
    try:
        with connect(daemon) as link:
            yield from frames(dechunked(body(link, path)))
    except OSError as problem:
        raise Cut(str(problem)) from problem


def connect(daemon: Daemon) -> socket.socket:
    where = urlsplit(daemon.host)
    if where.scheme == "http+unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(_CONNECTING)
        link.connect(where.path)
        return link
    if where.scheme not in {"tcp", "http", "https"} or not where.hostname:
        raise RuntimeBroken(f"logs cannot be followed over {where.scheme}: use unix or tcp")
    link = socket.create_connection((where.hostname, where.port or 2375), _CONNECTING)
    return _secured(link, daemon.api, where.hostname)


def _secured(link: socket.socket, api: APIClient, host: str) -> socket.socket:
    if not api.base_url.startswith("https"):
        return link
    context = ssl.create_default_context(cafile=api.verify if isinstance(api.verify, str) else None)
    if api.verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if isinstance(api.cert, tuple):
        context.load_cert_chain(*api.cert)
    return context.wrap_socket(link, server_hostname=host)


def body(link: socket.socket, path: str) -> Iterator[bytes]:
    """Asks, and yields the reply's body as it comes; empty pieces while nothing comes."""
    link.sendall(f"GET {path} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        received = link.recv(_RECEIVE)
        if not received:
            raise Cut("no reply")
        head += received
    head, _, rest = head.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise Cut(head.split(b"\r\n", 1)[0].decode(errors="replace"))
    link.settimeout(IDLE)
    yield rest
    yield from _received(link)


def _received(link: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            received = link.recv(_RECEIVE)
        except TimeoutError:
            yield b""
            continue
        if not received:
            return
        yield received


def dechunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What the chunks hold. Cut unless the last chunk came: only that tells an end from a break."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        inside, at, ended = _chunks(buffer)
        buffer = buffer[at:]
        yield inside
        if ended:
            return
    raise Cut("the daemon closed the stream")


def _chunks(buffer: bytes) -> tuple[bytes, int, bool]:
    """What the whole chunks in it hold, how far they reach, and whether the last was the end."""
    parts: list[bytes] = []
    at = 0
    while (mark := buffer.find(b"\r\n", at)) >= 0:
        size = int(buffer[at:mark], 16)
        stop = mark + 2 + size + 2
        if size == 0:
            return b"".join(parts), at, True
        if len(buffer) < stop:
            break
        parts.append(buffer[mark + 2 : stop - 2])
        at = stop
    return b"".join(parts), at, False


def frames(pieces: Iterator[bytes]) -> Iterator[Piece]:
    """Docker's own framing undone; neighbours of one stream come together, up to PIECE bytes."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        whole, at = _frames(buffer)
        buffer = buffer[at:]
        yield from _merged(whole) if whole else _NOTHING


def _frames(buffer: bytes) -> tuple[list[tuple[int, bytes]], int]:
    whole, at = [], 0
    while len(buffer) >= at + _HEADER:
        stop = at + _HEADER + int.from_bytes(buffer[at + 4 : at + _HEADER], "big")
        if len(buffer) < stop:
            break
        whole.append((buffer[at], buffer[at + _HEADER : stop]))
        at = stop
    return whole, at


def _merged(whole: list[tuple[int, bytes]]) -> Iterator[Piece]:
    held: list[bytes] = []
    size, stream = 0, whole[0][0]
    for number, line in whole:
        if number not in _STREAMS:
            raise Cut(line.decode(errors="replace"))
        if number != stream or size + len(line) > PIECE:
            yield _STREAMS[stream], b"".join(held), len(held)
            held, size, stream = [], 0, number
        held.append(line)
        size += len(line)
    yield _STREAMS[stream], b"".join(held), len(held)
