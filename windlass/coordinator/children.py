"""Child processes that are started again when they die, and never outlive their parent."""

import ctypes
import multiprocessing
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from time import monotonic
from types import FrameType
from typing import cast

GIVE_UP = 78  # exit code of a child that knows it will fare no better next time
PATIENCE = 8.0  # seconds from SIGTERM to SIGKILL
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds alive after which earlier deaths are forgotten
_PR_SET_PDEATHSIG = 1
_LOOK = 0.5  # seconds between two looks whether a closed gate is waited for still

_fork = multiprocessing.get_context("fork")


class Gate:
    """Closed until somebody opens it, for all who are forked after it was made. A pipe: unlike a
    lock, it is left in no odd state by one that is killed while it waits."""

    def __init__(self) -> None:
        self._ear, self._mouth = os.pipe()

    def set(self) -> None:
        os.write(self._mouth, b"!")

    def wait(self, wanted: Callable[[], bool]) -> bool:
        """Until it is open; False when ``wanted`` no longer held before that."""
        while not select.select([self._ear], [], [], _LOOK)[0]:
            if not wanted():
                return False
        return True


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
        assert self.process is not None  # noqa: S101 - it was started
        self.process.join()
        code, self.process = self.process.exitcode or 0, None
        now = monotonic()
        self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
        self.due = now + min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self.deaths - 1, 10))
        if code != GIVE_UP:
            _report(self, code)
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
    """Children in the order in which they shall end."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._ear, self._mouth = os.pipe()

    def run(self) -> int:
        """Keep all alive until SIGTERM or SIGINT, then end them one after the other; the exit code:
        0, or 1 when a child gave up."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._hear)
        code = None
        try:
            while code is None:
                code = self._tend()
        finally:
            for child in self._children:
                child.stop()
        return code

    def _tend(self) -> int | None:
        """Wait for something to happen and deal with it; the exit code when all shall end."""
        now = monotonic()
        for child in self._children:
            if child.process is None and child.due <= now:
                child.start()
        rests = [max(0.0, child.due - now) for child in self._children if child.process is None]
        alive: dict[int, Child] = {c.process.sentinel: c for c in self._children if c.process}
        ended = {cast(int, each) for each in wait([self._ear, *alive], min(rests, default=None))}
        if self._ear in ended:
            return 0
        return 1 if GIVE_UP in {alive[sentinel].bury() for sentinel in ended} else None

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


def _report(child: Child, code: int) -> None:
    import structlog  # noqa: PLC0415 - a parent that loses no child needs none of it

    log = structlog.get_logger()
    log.warning("child.died", child=child.name, exitcode=code, deaths=child.deaths)
