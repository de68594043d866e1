"""A receiver of webhooks that remembers what it was sent and answers as it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest


@dataclass
class Receiver:
    url: str = ""
    statuses: list[int] = field(default_factory=list)  # of the next answers; then 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # addresses
    open: Event = field(default_factory=Event)  # cleared: it does not answer

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.heard]

    @property
    def told(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies]

    @property
    def states(self) -> list[str]:
        return [body["state"] for body in self.told]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as made:
        yield made


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.asked.append(self.path)
            receiver.heard.append((dict(self.headers), body))
            receiver.open.wait(30)
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Location", receiver.url)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook?x=1"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield receiver
    receiver.open.set()
    server.shutdown()
    thread.join()
    server.server_close()
