"""The Docker daemon: one client per worker, made at first use, and its troubles in our words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from socket import gethostname
from threading import Lock
from urllib.parse import urlsplit

import requests
from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.utils import kwargs_from_env, parse_host

from windlass.worker.runtimes.base import RuntimeBroken
from windlass.worker.runtimes.docker.endpoint import Endpoint

_TIMEOUT = 120  # seconds for one short call; following, waiting and pulling have none
_CONNECTIONS = 256  # kept open; more are made and thrown away

_MARK = Path("/.dockerenv")  # in every container of Docker's

TROUBLE = (DockerException, requests.RequestException, OSError)


class Daemon:
    """Threads may share it."""

    def __init__(self) -> None:
        self.host = str(parse_host(os.environ.get("DOCKER_HOST")))
        self._client: APIClient | None = None
        self._lock = Lock()

    @property
    def api(self) -> APIClient:
        """RuntimeBroken while the daemon cannot be reached for the first time."""
        with self._lock:
            if self._client is None:
                with machinery():
                    _knock(self.host)
                    self._client = APIClient(
                        version="auto",
                        timeout=_TIMEOUT,
                        max_pool_size=_CONNECTIONS,
                        **kwargs_from_env(),
                    )
            return self._client

    @cached_property
    def own(self) -> str | None:
        """The container that this worker is itself, where it is one of this daemon's."""
        if not _MARK.exists():
            return None
        name = gethostname()
        try:
            found = self.api.inspect_container(name)
        except NotFound:
            return None
        return str(found["Id"]) if found["Config"]["Hostname"] == name else None

    @property
    def endpoint(self) -> Endpoint:
        """For those who speak to it without the client."""
        api = self.api
        host = self.host
        if api.base_url.startswith("https"):
            host = api.base_url
        cert = api.cert if isinstance(api.cert, tuple) else None
        verify = api.verify if isinstance(api.verify, str | bool) else True
        return Endpoint(host, str(api.api_version), verify, cert)

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _knock(host: str) -> None:
    """Where nobody answers, the client would leave its socket open."""
    where = urlsplit(host)
    if where.scheme == "http+unix":
        Endpoint(host, version="").connect().close()


@contextmanager
def machinery() -> Iterator[None]:
    """Whatever the client raises becomes RuntimeBroken; what our callers raise passes through."""
    try:
        yield
    except TROUBLE as problem:
        raise RuntimeBroken(words(problem)) from problem


def words(problem: Exception) -> str:
    """What the daemon said, without the HTTP around it."""
    if isinstance(problem, APIError) and problem.explanation:
        return str(problem.explanation)
    if isinstance(problem, DockerException) or not isinstance(problem, OSError):
        return str(problem)
    return f"the Docker daemon cannot be reached: {problem}"


def status(problem: APIError) -> int:
    return problem.status_code or 0
