"""Archives from elsewhere, of hosts that the operator allows. No redirect leads away from them."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from http.client import HTTPException
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable

_CHUNK = 1 << 18
_PATIENCE = 30.0  # seconds of silence


def read(url: str, hosts: tuple[str, ...]) -> Iterator[bytes]:
    """Unrunnable: it is not allowed, or cannot be had."""
    _check(url, hosts)
    opener = build_opener(_Guarded(hosts), ProxyHandler())
    try:
        with opener.open(Request(url), timeout=_PATIENCE) as answer:  # noqa: S310 - checked
            while data := answer.read(_CHUNK):
                yield data
    except (URLError, HTTPException, TimeoutError, ConnectionError) as problem:
        raise Unrunnable(Reason.SETUP, f"cannot fetch {_shown(url)}: {problem}") from problem


class _Guarded(HTTPRedirectHandler):
    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._hosts = hosts

    def redirect_request(  # noqa: PLR0913, PLR0917 - as the library calls it
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        _check(newurl, self._hosts)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check(url: str, hosts: tuple[str, ...]) -> None:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not host:
        raise Unrunnable(Reason.REJECTED, f"{_shown(url)} is no http(s) address")
    if not any(fnmatchcase(host, pattern.lower()) for pattern in hosts):
        raise Unrunnable(
            Reason.REJECTED, f"this node fetches nothing from {host}: see WINDLASS_FETCH_HOSTS"
        )


def _shown(url: str) -> str:
    """Without what may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
