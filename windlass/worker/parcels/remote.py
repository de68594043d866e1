"""Archives from elsewhere: of hosts, and from directories of this node, that the operator allows.
No redirect leads away from them, and no link."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable

_CHUNK = 1 << 18
_PATIENCE = 30.0  # seconds of silence


@dataclass(frozen=True)
class Leave:
    """``hosts``: patterns of names. ``sources``: directories on this node."""

    hosts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def read(url: str, leave: Leave) -> Iterator[bytes]:
    """Unrunnable: it is not allowed, or cannot be had."""
    if urlsplit(url).scheme == "file":
        return _read_here(Path(unquote(urlsplit(url).path)), leave.sources)
    return _read_there(url, leave.hosts)


def _read_here(path: Path, sources: tuple[str, ...]) -> Iterator[bytes]:
    real = path.resolve()
    if not any(real.is_relative_to(Path(source).resolve()) for source in sources):
        raise Unrunnable(
            Reason.SETUP, f"{path} is not below a directory this node allows: WINDLASS_BIND_SOURCES"
        )
    try:
        with _opened(real) as file:
            while data := file.read(_CHUNK):
                yield data
    except OSError as problem:
        raise Unrunnable(Reason.SETUP, f"cannot read {path}: {problem.strerror}") from problem


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A directory becomes an archive: a task gets its copy, and changes nothing for others."""
    if not path.is_dir():
        with path.open("rb") as file:
            yield file
        return
    with TemporaryFile() as packed:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(path, arcname=".")
        packed.seek(0)
        yield packed


def _read_there(url: str, hosts: tuple[str, ...]) -> Iterator[bytes]:
    _check(url, hosts)
    opener = build_opener(_Guarded(hosts), ProxyHandler())
    try:
        with opener.open(Request(url), timeout=_PATIENCE) as answer:  # noqa: S310 - checked
            while data := answer.read1(_CHUNK):
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
        raise Unrunnable(Reason.SETUP, f"{_shown(url)} is no http(s) address")
    if not any(fnmatchcase(host, pattern.lower()) for pattern in hosts):
        raise Unrunnable(
            Reason.SETUP, f"this node fetches nothing from {host}: see WINDLASS_FETCH_HOSTS"
        )


def _shown(url: str) -> str:
    """Without what may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
