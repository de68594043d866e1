"""The directory of a stack: its data, who runs it, and who uses it.

Two locks, which the kernel releases whatever becomes of their holders: ``stack.lock`` is held by
the one process that runs the stack, ``users.lock`` (shared) by every command that needs it. A stack
started for such commands ends once it can have ``users.lock`` for itself.
"""

import fcntl
import json
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from windlass.embedded.process import ServerFailed

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a running stack tells whoever finds it."""

    pid: int
    server: str  # where its API is
    database_url: str
    redis_url: str
    runtime: str
    lasting: bool  # ``windlass up``, not the stack of a ``windlass run``


def default_directory() -> Path:
    if given := os.environ.get("WINDLASS_DATA"):
        return Path(given)
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "windlass"


class Place:
    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._state = self.directory / "stack.json"
        self._alone: int | None = None

    def make(self) -> Self:
        """ServerFailed where we may not."""
        try:
            # Root's Postgres runs as somebody else and must pass through.
            mode = 0o711 if os.geteuid() == 0 else 0o700
            self.directory.mkdir(parents=True, exist_ok=True, mode=mode)
            (self.directory / "users.lock").touch(mode=0o600)
        except OSError as problem:
            raise ServerFailed(
                f"cannot use {self.directory}: {problem.strerror}; choose another with --data"
            ) from None
        return self

    def node_name(self) -> str:
        """The same for ever: containers are labelled with it, and a Docker is shared by stacks."""
        file = self.directory / "node"
        if not file.exists():
            host = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:40]
            name = f"{host}-{secrets.token_hex(3)}"
            _write_whole(file, name)
        return file.read_text()

    def key(self, name: str) -> str:
        """Random, made when it is first asked for, and the same for ever."""
        file = self.directory / f"{name}.key"
        if not file.exists():
            _write_whole(file, secrets.token_urlsafe(32))
        return file.read_text()

    def token(self) -> str | None:
        """Of the commands of whoever owns this place, once its API asks for one."""
        try:
            return (self.directory / "token").read_text()
        except FileNotFoundError:
            return None

    def keep_token(self, secret: str) -> None:
        _write_whole(self.directory / "token", secret)

    @contextmanager
    def running_it(self) -> Iterator[bool]:
        """Held as long as the stack runs; False: somebody else runs it."""
        with _locked(self.directory / "stack.lock", fcntl.LOCK_EX) as mine:
            yield mine

    @contextmanager
    def using_it(self) -> Iterator["Use | None"]:
        """Held as long as it is needed; None: it is about to end."""
        with (self.directory / "users.lock").open("a") as file:
            yield Use(file) if _try_lock(file, fcntl.LOCK_SH) else None

    def is_deserted(self) -> bool:
        """Nobody uses it; and from a True on nobody can, until this process has ended."""
        if self._alone is None:
            lock = os.open(self.directory / "users.lock", os.O_RDWR)
            if not _try_lock(lock, fcntl.LOCK_EX):
                os.close(lock)
                return False
            self._alone = lock
        return True

    def is_run(self) -> bool:
        if not (self.directory / "stack.lock").exists():
            return False
        with _locked(self.directory / "stack.lock", fcntl.LOCK_SH) as free:
            return not free

    def announce(self, running: Running) -> None:
        _write_whole(self._state, json.dumps(asdict(running)))

    def withdraw(self) -> None:
        self._state.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """None: no stack runs here, or it is not ready."""
        if not self.is_run():
            return None
        try:
            return Running(**json.loads(self._state.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None


class Use:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def leave(self) -> bool:
        """Whether nobody else uses it: then it ends now."""
        last = _try_lock(self._file, fcntl.LOCK_EX)
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return last


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[bool]:
    with path.open("a") as file:
        yield _try_lock(file, kind)


def _try_lock(file: IO[str] | int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_whole(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)
