"""A WebSocket of which only what it is told matters."""

import socket
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)

_SILENCE = 30.0  # seconds


@dataclass
class Heard:
    """``status``: 101 where it was let in; ``body``: why it was not."""

    status: int = 0
    body: bytes = b""
    text: str = ""
    frames: list[str] = field(default_factory=list)
    closed: bool = False

    def hear(self, event: Event) -> Event | None:
        """What is to be answered."""
        match event:
            case AcceptConnection():
                self.status = 101
            case RejectConnection():
                self.status = event.status_code
            case RejectData():
                self.body += event.data
                self.closed = self.closed or event.body_finished
            case TextMessage():
                self.frames.append(event.data)
                self.text += event.data
            case Ping():
                return event.response()
            case CloseConnection():
                self.closed = True
                return event.response()
        return None


def heard(url: str) -> Heard:
    """Everything until the other side closes."""
    at = urlsplit(url)
    wire, found = WSConnection(ConnectionType.CLIENT), Heard()
    host, port = at.hostname or "", at.port or 80
    target = f"{at.path}?{at.query}" if at.query else at.path
    with closing(socket.create_connection((host, port), timeout=_SILENCE)) as link:
        link.sendall(wire.send(Request(host=f"{host}:{port}", target=target)))
        while not found.closed:
            data = link.recv(1 << 16)
            wire.receive_data(data or None)
            for event in wire.events():
                answer = found.hear(event)
                if answer is not None:
                    link.sendall(wire.send(answer))
            if not data:
                break
    return found
