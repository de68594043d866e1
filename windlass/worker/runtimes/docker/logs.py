"""What the daemon itself keeps of a container's output. Standard library only: the scribe uses it.

Not byte for byte what the container wrote, whatever the log driver; this is why there is a scribe.
``json-file`` replaces bytes that are no UTF-8. ``local`` keeps them, but cuts lines after 16 KiB,
and older daemons lose the newline after such a line; where another line follows it is put back.
Some also leave out an unfinished last line while they follow, but not when they are asked later.
"""

import socket
from collections.abc import Iterator

from windlass.worker.runtimes import spool
from windlass.worker.runtimes.docker.endpoint import Endpoint, received

Piece = tuple[int, bytes]  # stream as in a spool, and data

_LONGEST_LINE = 1 << 14  # the daemon cuts longer ones
_MOST = 1 << 16  # bytes in one piece
_HEADER = 8  # stream number, three zeros, length
_STREAMS = {1: spool.OUT, 2: spool.ERR}
_OK = 200


class Cut(Exception):
    """The stream broke off: there may be more."""


def kept(endpoint: Endpoint, container: str, *, follow: bool) -> Iterator[Piece]:
    """From the first byte. Cut or OSError when the connection breaks."""
    query = f"follow={int(follow)}&stdout=1&stderr=1&timestamps=1"
    with endpoint.connect() as link:
        status, rest = endpoint.ask(link, "GET", f"/containers/{container}/logs?{query}")
        if status != _OK:
            raise Cut(f"logs: status {status}")
        lines = (line for whole in frames(dechunked(_with(rest, link))) for line in whole)
        yield from unsplit((stream, line.partition(b" ")[2]) for stream, line in lines)


def _with(rest: bytes, link: socket.socket) -> Iterator[bytes]:
    yield rest
    yield from received(link)


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


def frames(pieces: Iterator[bytes]) -> Iterator[list[Piece]]:
    """Docker's framing undone: the frames that have come whole, each time something came."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        whole, at = [], 0
        while len(buffer) >= at + _HEADER:
            stop = at + _HEADER + int.from_bytes(buffer[at + 4 : at + _HEADER], "big")
            if len(buffer) < stop:
                break
            if buffer[at] not in _STREAMS:
                raise Cut(buffer[at + _HEADER : stop].decode(errors="replace"))
            whole.append((_STREAMS[buffer[at]], buffer[at + _HEADER : stop]))
            at = stop
        buffer = buffer[at:]
        yield whole


def merged(whole: list[Piece]) -> Iterator[Piece]:
    """Neighbours of one stream together, in pieces of moderate size."""
    held: list[bytes] = []
    size, stream = 0, spool.OUT
    for number, data in whole:
        if held and (number != stream or size + len(data) > _MOST):
            yield stream, b"".join(held)
            held, size = [], 0
        held.append(data)
        size, stream = size + len(data), number
    if held:
        yield stream, b"".join(held)


def unsplit(lines: Iterator[Piece]) -> Iterator[Piece]:
    """The newline put back that a daemon lost after a line it had cut. After the last line of a
    stream nobody knows whether there was one."""
    within: set[int] = set()  # streams whose last piece was the beginning of a long line
    owing: set[int] = set()  # streams whose last piece was the end of one, without a newline
    for stream, line in lines:
        if stream in owing:
            owing.discard(stream)
            yield stream, b"\n"
        full = len(line) == _LONGEST_LINE and not line.endswith(b"\n")
        if stream in within and not full and not line.endswith(b"\n"):
            owing.add(stream)
        (within.add if full else within.discard)(stream)
        yield stream, line
