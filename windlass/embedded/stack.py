"""Everything on one machine: Postgres, Redis, a coordinator and a worker, kept up until stopped."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep

from windlass.embedded import valkey
from windlass.embedded.place import LOOPBACK, Place, Running
from windlass.embedded.process import (
    Launch,
    Server,
    ServerFailed,
    last_words,
    launch,
    see_them_end,
    until_it_answers,
)

Say = Callable[[str], None]

DEFAULT_IMAGE = "busybox:1.36"  # of tasks that name none
COMMAND_IMAGE = "python:3.11-slim"  # of commands that doors take: WINDLASS_ENTRYPOINT_IMAGE
_DRAIN = "1s"  # what still runs is taken up again by the next worker
_STOP_PATIENCE = 20.0

# What the user may have set to talk to other servers is not for ours.
_FOREIGN = frozenset(
    {"WINDLASS_DATABASE_URL", "WINDLASS_REDIS_URL", "WINDLASS_TOKEN", "WINDLASS_SERVER"}
)

_TRIES = 6  # in a row, for one that keeps ending
_STEADY = 30.0  # seconds after which an end is not one of a row


@dataclass(frozen=True, kw_only=True)
class Options:
    """``database_url`` and ``redis_url``: servers that are there; empty: start our own."""

    runtime: str
    port: int = 0  # 0: any free one
    concurrency: int = field(default_factory=lambda: max(4, os.cpu_count() or 1))
    database_url: str = ""
    redis_url: str = ""
    lasting: bool = False


@dataclass
class Member:
    """One child, and how to start it (again)."""

    name: str
    begin: Callable[[], Server]
    server: Server | None = None
    since: float = 0.0
    ends: int = 0

    def is_up(self) -> bool:
        return self.server is not None and self.server.process.poll() is None

    def start(self) -> None:
        self.since = monotonic()
        self.server = self.begin()

    def revive(self, say: Say) -> bool:
        """Start it again, once its time has come; False: it keeps ending."""
        lived = monotonic() - self.since
        if self.ends and lived < 0.1 * 2.0**self.ends:
            return True  # what it left behind may be in the way, such as a listener on its port
        self.ends = 1 if lived > _STEADY or self._was_killed() else self.ends + 1
        if self.ends > _TRIES:
            return False
        say(f"{self.name} has ended; starting it again")
        try:
            self.start()
        except ServerFailed as problem:
            say(str(problem))
        return True

    def _was_killed(self) -> bool:
        """By somebody else: it may do well next time."""
        return self.server is not None and self.server.process.returncode == -signal.SIGKILL

    def start_patiently(self) -> Server:
        """What a stack that was killed left behind may be in the way for a moment."""
        for tries_left in reversed(range(_TRIES)):
            try:
                self.start()
                break
            except ServerFailed:
                if not tries_left:
                    raise
                sleep(0.3)
        assert self.server is not None  # noqa: S101 - the loop ends with it or raises
        return self.server


class Stack:
    def __init__(self, place: Place, options: Options, say: Say) -> None:
        self._place = place
        self._options = options
        self._say = say
        self._members: list[Member] = []

    def start(self) -> Running:
        """Up and answering; ServerFailed else."""
        database_url = self._options.database_url or self._start_postgres()
        redis_url = self._options.redis_url or self._start_valkey()
        _migrate(database_url)
        port = self._options.port or valkey.free_port()
        env = self._environment(redis_url)
        coordinator = self._start_ours(
            "coordinator",
            ["--bind", f"{LOOPBACK}:{port}"],
            {
                "WINDLASS_SECRET_KEYS": self._place.key("secrets"),
                **env,
                "WINDLASS_DATABASE_URL": database_url,
            },
        )
        self._start_ours("worker", self._worker_words(), env)
        until_it_answers(partial(_is_ready, port), coordinator.process, self._log("coordinator"))
        return Running(
            pid=os.getpid(),
            server=f"http://{LOOPBACK}:{port}",
            database_url=database_url,
            redis_url=redis_url,
            runtime=self._options.runtime,
            lasting=self._options.lasting,
        )

    def tend(self) -> None:
        """Start again what has ended; ServerFailed when that does not help."""
        for member in self._members:
            if not member.is_up() and not member.revive(self._say):
                words = last_words(self._log(member.name))
                raise ServerFailed(f"{member.name} keeps ending:\n{words}")

    def pids(self) -> Mapping[str, int]:
        """Of the first process of each part."""
        return {m.name: m.server.process.pid for m in self._members if m.server}

    def stop(self) -> None:
        """Our own parts, the worker a little ahead, since the coordinator tells it what it may
        forget; then the servers that both need."""
        self._stop("worker", "coordinator", head_start=0.3)
        self._stop("valkey", "postgres", head_start=0.0)

    def _stop(self, *names: str, head_start: float) -> None:
        found = {member.name: member.server for member in self._members}
        servers = [server for name in names if (server := found.get(name))]
        for server in servers:
            server.ask()
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(head_start)
        see_them_end(servers, _STOP_PATIENCE)

    def _start_postgres(self) -> str:
        from windlass.embedded import postgres  # noqa: PLC0415 - its driver takes long to load

        return self._add("postgres", partial(postgres.start, self._place.directory / "postgres"))

    def _start_valkey(self) -> str:
        # The same port and password after a restart: the others know them.
        port, password = valkey.free_port(), secrets.token_urlsafe(18)
        data = self._place.directory / "valkey"
        return self._add("valkey", partial(valkey.start, data, port, password))

    def _add(self, name: str, begin: Callable[[], Server]) -> str:
        member = Member(name, begin)
        self._members.append(member)
        return member.start_patiently().url

    def _start_ours(self, name: str, words: list[str], env: Mapping[str, str]) -> Server:
        how = Launch(log=self._log(name), cwd=self._place.directory, env=env)
        command = [sys.executable, "-P", "-m", "windlass", name, *words]
        member = Member(name, lambda: Server(launch(command, how), ""))
        self._members.append(member)
        return member.start_patiently()

    def _worker_words(self) -> list[str]:
        return [
            *("--name", self._place.node_name()),
            *("--runtime", self._options.runtime),
            *("--concurrency", str(self._options.concurrency)),
            *("--state-dir", str(self._place.directory / "worker")),
        ]

    def _environment(self, redis_url: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return {
            "WINDLASS_DEFAULT_IMAGE": DEFAULT_IMAGE,
            "WINDLASS_DRAIN_TIMEOUT": _DRAIN,
            "WINDLASS_ORDER_KEYS": self._place.key("orders"),
            **kept,
            "WINDLASS_REDIS_URL": redis_url,
        }

    def _log(self, name: str) -> Path:
        return self._place.directory / f"{name}.log"


def _migrate(database_url: str) -> None:
    from windlass.coordinator.store.migrate import migrate  # noqa: PLC0415 - its driver takes long to load

    migrate(database_url)


def _is_ready(port: int) -> bool:
    try:
        with closing(HTTPConnection(LOOPBACK, port, timeout=2)) as link:
            link.request("GET", "/-/ready")
            return link.getresponse().status == 200  # noqa: PLR2004 - HTTP
    except (OSError, HTTPException):
        return False


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False
