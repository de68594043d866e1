"""What may start now: slots, and the reasons to take nothing at all."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from threading import Condition, Timer

from windlass.shared.spec import Limits

FULL_FOR = 1.0  # seconds, unless something ends before
_NOTHING = Limits()


class Hold(StrEnum):
    """Why this worker takes no new attempts for now."""

    STARTING = "starting"  # what an earlier worker left is not taken up yet
    DRAINING = "draining"  # an operator wants it empty
    ENDING = "ending"  # this process has been told to end
    REDIS = "redis"  # away: what is claimed could not be reported
    BACKLOG = "backlog"  # the engine is behind with events or logs
    RUNTIME = "runtime"  # cannot run anything now
    NAME = "name"  # another worker answers to this node's name
    FULL = "full"  # what came last asks for more than is free


class Capacity:
    """Counts slots; thread-safe. Listeners are called after every change."""

    def __init__(self, slots: int, cpus: float = 1e6, memory: int = 1 << 62) -> None:
        self.slots = slots
        self.cpus = cpus  # cores
        self.memory = memory  # bytes
        self._taken = 0
        self._asked: list[Limits] = []  # by what runs
        self._holds: set[Hold] = set()
        self._changes = Condition()
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        self._listeners.append(changed)

    @property
    def holds(self) -> frozenset[Hold]:
        with self._changes:
            return frozenset(self._holds)

    @property
    def taken(self) -> int:
        with self._changes:
            return self._taken

    def room(self) -> int:
        """How many more attempts may be asked for."""
        with self._changes:
            return 0 if self._holds else max(0, self.slots - self._taken)

    def take(self, asked: Limits = _NOTHING) -> bool:
        """Occupy a slot, and what is asked for, if there is room. Where there is too little of
        that, nothing else is taken for a moment: what waits longest shall not starve."""
        with self._changes:
            if self._holds or self._taken >= self.slots:
                return False
            fits = self._fits(asked)
            if fits:
                self._occupy(asked)
            else:
                self._holds.add(Hold.FULL)
        self._tell()
        if not fits:
            _later(partial(self.release, Hold.FULL))
        return fits

    def occupy(self, asked: Limits = _NOTHING) -> None:
        """Count what runs here already, room or not."""
        with self._changes:
            self._occupy(asked)

    def give_back(self, asked: Limits = _NOTHING) -> None:
        with self._changes:
            self._taken -= 1
            if asked != _NOTHING:
                self._asked.remove(asked)
                self._holds.discard(Hold.FULL)
            self._changes.notify_all()
        self._tell()

    def _occupy(self, asked: Limits) -> None:
        self._taken += 1
        if asked != _NOTHING:
            self._asked.append(asked)

    def _fits(self, asked: Limits) -> bool:
        if asked == _NOTHING:
            return True
        together = [*self._asked, asked]
        cpus = sum(each.cpus or 0.0 for each in together)
        return cpus <= self.cpus and sum(each.memory or 0 for each in together) <= self.memory

    def hold(self, reason: Hold) -> None:
        with self._changes:
            if reason in self._holds:
                return
            self._holds.add(reason)
        self._tell()

    def release(self, reason: Hold) -> None:
        with self._changes:
            if reason not in self._holds:
                return
            self._holds.discard(reason)
        self._tell()

    def set(self, reason: Hold, wanted: bool) -> None:
        (self.hold if wanted else self.release)(reason)

    def idle(self, timeout: float) -> bool:
        """Wait until nothing runs; False after ``timeout`` seconds."""
        with self._changes:
            return self._changes.wait_for(lambda: self._taken == 0, timeout)

    def _tell(self) -> None:
        for changed in self._listeners:
            changed()


def _later(act: Callable[[], None]) -> None:
    timer = Timer(FULL_FOR, act)
    timer.daemon = True
    timer.start()
