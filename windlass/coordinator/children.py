"""Child processes that are started again when they die, and never outlive their parent."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from time import monotonic
from types import FrameType
from typing import Protocol, cast

import structlog

PATIENCE = 8.0  # seconds from SIGTERM to SIGKILL
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds alive after which earlier deaths are forgotten
_PR_SET_PDEATHSIG = 1

_fork = multiprocessing.get_context("fork")
_log = structlog.get_logger()


class Gate(Protocol):
    def set(self) -> None: ...

    def wait(self) -> bool: ...


def a_gate() -> Gate:
    """For all who are forked after it was made."""
    return _fork.Event()


@dataclass
class Child:
    """``main`` runs in the child, in its main thread, with default signals; SIGTERM asks it to end.
    Forked, so it shares what the parent has loaded."""

    name: str
    main: Callable[[], object]
    deaths: int = 0
    due: float = 0.0
    started: float = 0.0
    process: "BaseProcess | None" = field(default=None, repr=False)

    def start(self) -> None:
        self.process = _fork.Process(target=_begin, args=(self.main, os.getpid()), name=self.name)
        self.process.start()
        self.started = monotonic()

    def bury(self) -> int:
        """Note its death, and when to start it again; its exit code."""
        assert self.process is not None  # noqa: S101
        self.process.join()
        code, self.process = self.process.exitcode or 0, None
        now = monotonic()
        self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
        self.due = now + min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self.deaths - 1, 10))
        return code

    def stop(self) -> None:
        """Ask, wait, and only then kill."""
        if self.process is None:
            return
        self.process.terminate()
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Family:
    """Children in the order in which they shall end. ``first`` runs once beside them: where it
    comes to another end than 0, so does everything."""

    def __init__(self, children: Sequence[Child], first: Callable[[], int] | None = None) -> None:
        self._children = children
        self._first = Child("first", partial(_exit_with, first)) if first else None
        self._ear, self._mouth = os.pipe()

    def run(self) -> int:
        """Keep all alive until SIGTERM or SIGINT, then end them one after the other. The exit code:
        0, or that of ``first``."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._hear)
        if self._first:
            self._first.start()
        code = None
        try:
            while code is None:
                code = self._tend()
        finally:
            for child in self._known():
                child.stop()
        return code

    def _known(self) -> list[Child]:
        return [*([self._first] if self._first else []), *self._children]

    def _tend(self) -> int | None:
        """Wait for something to happen and deal with it; the exit code when all shall end."""
        now = monotonic()
        for child in self._children:
            if child.process is None and child.due <= now:
                child.start()
        rests = [max(0.0, child.due - now) for child in self._children if child.process is None]
        alive: dict[int, Child] = {c.process.sentinel: c for c in self._known() if c.process}
        for sentinel in wait([self._ear, *alive], timeout=min(rests, default=None)):
            if sentinel == self._ear:
                return 0
            if code := self._bury(alive[cast(int, sentinel)]):
                return code
        return None

    def _bury(self, child: Child) -> int:
        code = child.bury()
        if child is self._first:
            return abs(code)
        _log.warning("child.died", child=child.name, exitcode=code, deaths=child.deaths)
        return 0

    def _hear(self, signum: int, frame: FrameType | None) -> None:
        os.write(self._mouth, b"!")


def _begin(main: Callable[[], object], parent: int) -> None:
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(signum, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above
        return
    main()


def _exit_with(act: Callable[[], int]) -> None:
    sys.exit(act())
