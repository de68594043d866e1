"""WebSockets that only speak: text frames, pings, and an end. One thread each, that of the request.

The server's own socket is taken over once the request has been checked; a coordinator that goes
down, or breaks, drops it without a close frame, which clients know from an end.
"""

import errno
import select
import socket
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha1
from http import HTTPStatus
from threading import Event
from time import monotonic
from typing import Any, cast

from flask import Request, Response
from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode

from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.streams import Streams
from windlass.shared.logs import logger

LARGEST_FRAME = 64 << 10  # bytes
PING_EVERY = 20.0  # seconds
_STUCK = 60.0  # seconds a client may take nothing at all
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455
_VERSION = "13"
_ASKED = "windlass.websocket"  # in the environment of a request
_RECEIVE = 1 << 12

_log = logger("sockets")


class _Gone(Exception):
    """The client has left."""


class Unwrapped:
    """Hides the wish for a socket from the router, which keeps apart addresses for those."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            environ[_ASKED] = environ.pop("HTTP_UPGRADE")
        return self._app(environ, start_response)


def respond(request: Request, streams: Streams, texts: Iterable[str | None]) -> Response:
    """``texts`` as they come; None where there is nothing now, often enough for pings. Its end is
    the end of the socket; an exception drops it. Refusal: no socket is wanted, or too many are."""
    key = request.headers.get("Sec-WebSocket-Key", "")
    if not is_wanted(request) or not key:
        raise _refusal(HTTPStatus.BAD_REQUEST, "this address speaks WebSocket only")
    if request.headers.get("Sec-WebSocket-Version") != _VERSION:
        raise _refusal(HTTPStatus.UPGRADE_REQUIRED, f"only WebSocket version {_VERSION} is known")
    server = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if server is None:
        raise _refusal(HTTPStatus.NOT_IMPLEMENTED, "this server gives no sockets away")
    response = _Takeover(server, _accept(key), texts, streams.closing)
    streams.hold(response)
    return response


def is_wanted(request: Request) -> bool:
    """Whether a WebSocket is asked for."""
    return _ASKED in request.environ


def frames(text: str) -> Iterator[bytes]:
    """In bytes that fit a frame each, cut between characters."""
    raw = text.encode(errors="replace")
    at = 0
    while at < len(raw):
        end = min(at + LARGEST_FRAME, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:  # noqa: PLR2004 - inside a character
            end -= 1
        yield raw[at:end]
        at = end


class _Takeover(Response):
    def __init__(
        self, server: socket.socket, accept: str, texts: Iterable[str | None], closing: Event
    ) -> None:
        super().__init__(status=HTTPStatus.SWITCHING_PROTOCOLS)
        self._server = server
        self._accept = accept
        self._texts = texts
        self._closing = closing

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Does not return: the server must not write an answer, and hang up."""
        try:
            self._speak()
        finally:
            self.close()
        raise ConnectionError(errno.EPIPE, "the socket is over")

    def _speak(self) -> None:
        link = _Link(self._server)
        try:
            link.open(self._accept)
            for text in self._texts:
                link.hear()
                if self._closing.is_set():
                    return
                for frame in frames(text or ""):
                    link.send(frame)
            link.close()
        except (_Gone, OSError):
            return
        except Exception as problem:
            _log.warning("socket.broke", exc_info=problem)


class _Link:
    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._protocol = FrameProtocol(client=False, extensions=[])
        self._pinged = monotonic()
        server.settimeout(_STUCK)

    def open(self, accept: str) -> None:
        head = (
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
        )
        self._server.sendall("\r\n".join([*head, "", ""]).encode())

    def send(self, text: bytes) -> None:
        self._server.sendall(self._protocol.send_data(text.decode()))
        self._pinged = monotonic()

    def hear(self) -> None:
        """Answer what has come in, and show that we are here. ``_Gone``: so has the client."""
        while select.select([self._server], [], [], 0)[0]:
            data = self._server.recv(_RECEIVE)
            if not data:
                raise _Gone
            self._protocol.receive_bytes(data)
            for frame in self._protocol.received_frames():
                if frame.opcode is Opcode.CLOSE:
                    self._server.sendall(self._protocol.close(CloseReason.NORMAL_CLOSURE))
                    raise _Gone
                if frame.opcode is Opcode.PING:
                    self._server.sendall(self._protocol.pong(bytes(cast(bytearray, frame.payload))))
        if monotonic() - self._pinged >= PING_EVERY:
            self._pinged = monotonic()
            self._server.sendall(self._protocol.ping(b""))

    def close(self) -> None:
        """And wait a moment for the answer, so that nothing sent is lost by hanging up."""
        self._server.sendall(self._protocol.close(CloseReason.NORMAL_CLOSURE))
        self._server.settimeout(1.0)
        while self._server.recv(_RECEIVE):
            pass


def _accept(key: str) -> str:
    return b64encode(sha1(key.encode() + _GUID).digest()).decode()  # noqa: S324 - RFC 6455


def _refusal(status: HTTPStatus, message: str) -> Refusal:
    return Refusal(Failure(status=status, message=message))
