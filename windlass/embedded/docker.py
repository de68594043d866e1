"""Is there a Docker? Asked in plain HTTP, since its library takes long to load."""

import os
import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

_DEFAULT = "unix:///var/run/docker.sock"
_PATIENCE = 2.0


class _Local(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def why_not() -> str | None:
    """None: a Docker answers. Else why it cannot be used."""
    where = os.environ.get("DOCKER_HOST") or _DEFAULT
    try:
        status, _ = _ask(where, "GET", "/_ping")
    except FileNotFoundError:
        return f"nothing listens at {where}"
    except (OSError, HTTPException) as problem:
        return f"{where}: {problem.strerror if isinstance(problem, OSError) else problem}"
    return None if status < 300 else f"{where} answered {status}"  # noqa: PLR2004


def _ask(where: str, method: str, path: str) -> tuple[int, bytes]:
    connection = _connection(where)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _connection(where: str) -> HTTPConnection:
    parts = urlsplit(where)
    if parts.scheme == "unix":
        return _Local(parts.path)
    if parts.scheme in ("tcp", "http") and not os.environ.get("DOCKER_TLS_VERIFY"):
        return HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 2375, timeout=_PATIENCE)
    raise OSError(0, "only sockets and plain TCP are looked at; say --runtime docker to use it")
