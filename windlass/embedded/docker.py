"""Is there a Docker, and can it have an image? In plain HTTP: its library takes long to load."""

import json
import os
import re
import socket
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit

_DEFAULT = "unix:///var/run/docker.sock"
_PATIENCE = 2.0
_PULLING = 600.0
_LOOKING = 20.0
_NETWORK = re.compile(
    r"dial tcp|no such host|connection refused|i/o timeout|unreachable|Client\.Timeout|EOF$"
)


class _Local(HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("docker", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def why_not() -> str | None:
    """None: a Docker answers. Else why it cannot be used."""
    where = _where()
    try:
        status, _ = _ask(where, "GET", "/_ping")
    except FileNotFoundError:
        return f"nothing listens at {where}"
    except (OSError, HTTPException) as problem:
        return f"{where}: {problem.strerror if isinstance(problem, OSError) else problem}"
    return None if status < 300 else f"{where} answered {status}"  # noqa: PLR2004 - HTTP


def _ask(where: str, method: str, path: str, patience: float = _PATIENCE) -> tuple[int, bytes]:
    connection = _connection(where, patience)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _connection(where: str, patience: float) -> HTTPConnection:
    parts = urlsplit(where)
    if parts.scheme == "unix":
        return _Local(parts.path, patience)
    if parts.scheme in ("tcp", "http") and not os.environ.get("DOCKER_TLS_VERIFY"):
        return HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 2375, timeout=patience)
    raise OSError(0, "only sockets and plain TCP are looked at; say --runtime docker to use it")


def out_of_reach(image: str) -> str | None:
    """Pull ``image`` unless it is here. A reason only where the registry cannot be reached: that
    there is no such image is for the job to tell."""
    if _is_here(image):
        return None
    name = image if ":" in image.rpartition("/")[2] else f"{image}:latest"
    _, said = _ask(_where(), "POST", f"/images/create?fromImage={quote(name)}", _PULLING)
    return _network_problem(said)


def not_to_come(image: str) -> str | None:
    """Like ``out_of_reach``, but pulls nothing: whoever needs it first will."""
    if _is_here(image):
        return None
    path = f"/distribution/{quote(image, safe='/:@')}/json"
    try:
        status, said = _ask(_where(), "GET", path, _LOOKING)
    except TimeoutError:
        return f"its registry does not answer within {_LOOKING:.0f}s"
    known = status != HTTPStatus.NOT_FOUND  # some that serve Docker's API do not know the question
    return _network_problem(said) if known else None


def _is_here(image: str) -> bool:
    status, _ = _ask(_where(), "GET", f"/images/{quote(image, safe='/:@')}/json")
    return status != HTTPStatus.NOT_FOUND


def _where() -> str:
    return os.environ.get("DOCKER_HOST") or _DEFAULT


def _network_problem(said: bytes) -> str | None:
    for line in said.splitlines():
        answer = json.loads(line)
        text = str(answer.get("error") or answer.get("message") or "")
        if _NETWORK.search(text):
            return text.rpartition(": ")[2]
    return None
