"""Windlass as a stubborn user sees it: some coordinator answers in the end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from threading import Event, Lock
from typing import Any, TypeVar

from windlass.cli.client import Body, Client, LinkLost
from windlass.cli.failures import Conflict, Failure, NotAllowed, NotFound, Refused, Unreachable

_PAUSE = 0.2
_PATIENCE = 5.0  # then it is asked again, perhaps elsewhere
_ANSWERS = (Conflict, NotAllowed, NotFound, Refused)

T = TypeVar("T")


class Closed(Exception):
    """Time was up before anybody answered."""


class Api:
    """Thread-safe. Every call may raise Closed."""

    def __init__(self, servers: Sequence[str], closed: Event, random: Random) -> None:
        self._servers = servers
        self._closed = closed
        self._random = random
        self._lock = Lock()
        self.strange: Counter[str] = Counter()  # answers that no outage explains

    def ask(
        self,
        method: str,
        *path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return self._stubbornly(
            lambda client: client.call(method, *path, body=body, headers=headers)
        )

    def items(self, *path: str) -> list[Any]:
        return self._stubbornly(lambda client: list(client.items(*path)))

    def after(self, *path: str) -> Iterator[Any]:
        """Of a list that goes by ``after``."""
        last = 0
        while page := self._page(path, last):
            yield from page
            last = page[-1]["id"]

    def _page(self, path: tuple[str, ...], after: int) -> Any:
        return self._stubbornly(lambda client: client.get(*path, query={"after": after}))["items"]

    def content(self, *path: str) -> bytes:
        return self._stubbornly(lambda client: b"".join(client.pieces(*path)))

    def _stubbornly(self, call: Callable[[Client], T]) -> T:
        while not self._closed.is_set():
            with self._lock:
                server = self._random.choice(self._servers)
            try:
                return call(Client(server, patience=_PATIENCE))
            except _ANSWERS:
                raise
            except (Unreachable, LinkLost, OSError):
                pass
            except Failure as problem:
                self.strange[problem.message] += 1
            self._closed.wait(_PAUSE)
        raise Closed
