"""A small real HTTP server in place of the API: canned answers, and what was asked."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Answer:
    """``body``: JSON, or bytes as they are. ``cut``: end the connection in the middle."""

    body: Any = None
    status: int = 200
    cut: bool = False

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StubApi:
    """Answers in turn for ``"GET /jobs/1"``; the last one stays."""

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, what: str, *answers: Answer) -> None:
        self.answers[what] = list(answers)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        path = asked.path.partition("?")[0].removeprefix("/windlass/v1")
        turns = self.answers.get(f"{asked.method} {path}")
        if not turns:
            missing = {"code": "not_found", "message": f"no {path}"}
            return Answer({"error": missing}, 404)
        return turns.pop(0) if len(turns) > 1 else turns[0]

    def calls(self, method: str, path: str) -> Sequence[Asked]:
        return [
            each
            for each in self.asked
            if each.method == method and each.path.partition("?")[0] == f"/windlass/v1{path}"
        ]


@contextmanager
def serving() -> Iterator[StubApi]:
    stub = StubApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stub))
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(stub: StubApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers.items()), body)
            answer = stub.answer(asked)
            content = answer.content()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content) + answer.cut))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the base class calls them so

        def log_message(self, format: str, *args: object) -> None:
            """Tests look at ``asked`` instead."""

    return Handler


def stream(*events: tuple[str, dict[str, Any]], first_id: int = 1) -> bytes:
    """As Server-Sent Events, with ids that count."""
    return b"".join(
        f"event: {kind}\nid: {number}\ndata: {json.dumps(data)}\n\n".encode()
        for number, (kind, data) in enumerate(events, first_id)
    )
