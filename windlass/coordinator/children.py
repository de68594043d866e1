"""Child processes that are started again when they die, and never outlive their parent."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from time import monotonic
from types import FrameType

import structlog

PATIENCE = 8.0  # seconds from SIGTERM to SIGKILL
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds alive after which earlier deaths are forgotten
_PR_SET_PDEATHSIG = 1

_fork = multiprocessing.get_context("fork")
_log = structlog.get_logger()


@dataclass
class Child:
    """``main`` runs in the child, in its main thread, with default signals; SIGTERM asks it to end.
    Forked, so it shares what the parent has loaded."""

    name: str
    main: Callable[[], None]
    deaths: int = 0
    due: float = 0.0
    started: float = 0.0
    process: "multiprocessing.process.BaseProcess | None" = field(default=None, repr=False)

    def start(self) -> None:
        self.process = _fork.Process(target=_begin, args=(self.main, os.getpid()), name=self.name)
        self.process.start()
        self.started = monotonic()

    def bury(self) -> None:
        """Note its death, and when to start it again."""
        if self.process is None:
            return
        self.process.join()
        code, self.process = self.process.exitcode, None
        now = monotonic()
        self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
        self.due = now + min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self.deaths - 1, 10))
        _log.warning("child.died", child=self.name, exitcode=code, deaths=self.deaths)

    def stop(self) -> None:
        """Ask, wait, and only then kill."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.terminate()
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Family:
    """Children in the order in which they shall end."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._ear, self._mouth = os.pipe()

    def run(self) -> None:
        """Keep all alive until SIGTERM or SIGINT, then end them one after the other."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._hear)
        try:
            while self._tend():
                pass
        finally:
            for child in self._children:
                child.stop()

    def _tend(self) -> bool:
        now = monotonic()
        for child in self._children:
            if child.process is None and child.due <= now:
                child.start()
        dues = [child.due - now for child in self._children if child.process is None]
        alive = {c.process.sentinel: c for c in self._children if c.process is not None}
        ended = wait([self._ear, *alive], timeout=min(dues, default=None))
        for sentinel in ended:
            if sentinel in alive:
                alive[sentinel].bury()
        return self._ear not in ended

    def _hear(self, signum: int, frame: FrameType | None) -> None:
        os.write(self._mouth, b"!")


def _begin(main: Callable[[], None], parent: int) -> None:
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(signum, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above
        return
    main()


def run_apart(act: Callable[[], int]) -> int:
    """Its exit code, from a process that takes with it all it loaded."""
    child = _fork.Process(target=_exit_with, args=(act,))
    child.start()
    child.join()
    return child.exitcode if child.exitcode is not None and child.exitcode >= 0 else 1


def _exit_with(act: Callable[[], int]) -> None:
    sys.exit(act())
