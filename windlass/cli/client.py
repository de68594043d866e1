"""Our HTTP API from the caller's side. Standard library only: a command must start at once."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from windlass.cli.failures import Failure, Unreachable, from_answer

BASE = "/windlass/v1"
PATIENCE = 30.0  # seconds; an open stream says something every ten
_PIECE = 1 << 16
_PAGE = 200

Document = dict[str, Any]
Query = Mapping[str, object]


class LinkLost(Exception):
    """The connection broke; asking again may help."""


@dataclass(frozen=True)
class Body:
    data: bytes
    type: str = "application/json"

    @classmethod
    def of(cls, document: object) -> "Body":
        return cls(json.dumps(document).encode())


class Client:
    def __init__(self, server: str, token: str | None = None, patience: float = PATIENCE) -> None:
        self.server = server.rstrip("/")
        self._url = urlsplit(self.server)
        self._token = token
        self._patience = patience

    def get(self, *path: str, query: Query | None = None) -> Any:
        return self.call("GET", *path, query=query)

    def post(self, *path: str, body: Body | None = None) -> Any:
        return self.call("POST", *path, body=body)

    def call(
        self,
        method: str,
        *path: str,
        query: Query | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """What the server answers, decoded; None for nothing. Failure for a refusal."""
        try:
            with self.open(method, *path, query=query, body=body, headers=headers) as answer:
                content = answer.read()
        except (LinkLost, HTTPException, OSError) as problem:
            raise Unreachable(f"lost the connection to {self.server}: {problem}") from None
        return _decode(content) if content else None

    def items(self, *path: str, query: Query | None = None) -> Iterator[Document]:
        """Of every page, as they are wanted."""
        asked = {"limit": _PAGE, **(query or {})}
        while True:
            page = self.get(*path, query=asked)
            yield from page["items"]
            if not page.get("next"):
                return
            asked["cursor"] = page["next"]

    def pieces(self, *path: str, query: Query | None = None) -> Iterator[bytes]:
        """A body of any size, as it comes."""
        with self.open("GET", *path, query=query) as answer:
            while piece := answer.read1(_PIECE):
                yield piece

    @contextmanager
    def open(
        self,
        method: str,
        *path: str,
        query: Query | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[HTTPResponse]:
        """Unreachable where nobody listens; LinkLost where the connection broke later."""
        with closing(self._connect()) as link:
            sent = {**self._headers(body), **(headers or {})}
            try:
                link.request(method, self._target(path, query), body.data if body else None, sent)
                answer = link.getresponse()
            except (HTTPException, OSError) as problem:
                raise LinkLost(str(problem) or type(problem).__name__) from None
            if answer.status >= 400:  # noqa: PLR2004 - HTTP errors begin there
                raise from_answer(answer.status, _decode(answer.read()))
            yield answer

    def _connect(self) -> HTTPConnection:
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise Failure(f"{self.server!r} is no server address; it looks like http://host:7070")
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        try:
            link = kind(self._url.hostname, self._url.port, timeout=self._patience)
            link.connect()
        except (OSError, ValueError) as problem:
            raise Unreachable(f"cannot reach {self.server}: {problem}") from None
        return link

    def _headers(self, body: Body | None) -> dict[str, str]:
        headers = {"Accept": "*/*", "User-Agent": "windlass"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body:
            headers["Content-Type"] = body.type
        return headers

    def _target(self, path: tuple[str, ...], query: Query | None) -> str:
        parts = "/".join(quote(part, safe="") for part in path)
        given = {name: value for name, value in (query or {}).items() if value is not None}
        asked = f"?{urlencode(given, doseq=True)}" if given else ""
        return f"{self._url.path}{BASE}/{parts}{asked}"


def _decode(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
