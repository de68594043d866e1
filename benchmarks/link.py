"""HTTP over one open connection, with as little work as there can be: on two cores, whoever
measures takes away from what is measured."""

import json
import socket
from typing import Any, Self

API = "/windlass/v1"
_END = b"\r\n\r\n"
_CREATED, _REFUSED = 201, 400


class Link:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: 127.0.0.1:{port}\r\n".encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def post_job(self, body: bytes) -> bytes:
        """The answer's body; AssertionError when it was not taken."""
        status, answer = self.ask(self.request("POST", "/jobs", body))
        assert status == _CREATED, answer
        return answer

    def get(self, path: str) -> Any:
        status, answer = self.ask(self.request("GET", path))
        assert status < _REFUSED, answer
        return json.loads(answer)

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = f"{method} {API}{path} HTTP/1.1\r\n".encode() + self._head
        if body:
            head += b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        return head + b"\r\n" + body

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body, of an answer that tells its length."""
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(_END)) < 0:
            answer += self._more()
        head, body = answer[:end], answer[end + len(_END) :]
        length = int(_header(head, b"content-length"))
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def stream(self, path: str) -> socket.socket:
        """The connection, for whoever reads an answer that does not end."""
        self._socket.sendall(self.request("GET", path))
        return self._socket

    def _more(self) -> bytes:
        piece = self._socket.recv(1 << 16)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece


def _header(head: bytes, name: bytes) -> bytes:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return next(value.strip() for key, _, value in lines if key.lower() == name)


def ask_once(port: int, path: str) -> Any:
    with Link(port) as link:
        return link.get(path)
