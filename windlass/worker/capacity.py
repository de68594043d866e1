"""What may start now: slots, and the reasons to take nothing at all."""

from collections.abc import Callable
from enum import StrEnum
from threading import Condition


class Hold(StrEnum):
    """Why this worker takes no new attempts for now."""

    STARTING = "starting"  # what an earlier worker left is not taken up yet
    DRAINING = "draining"  # an operator wants it empty
    ENDING = "ending"  # this process has been told to end
    REDIS = "redis"  # away: what is claimed could not be reported
    BACKLOG = "backlog"  # the engine is behind with events or logs
    RUNTIME = "runtime"  # cannot run anything now
    NAME = "name"  # another worker answers to this node's name


class Capacity:
    """Counts slots; thread-safe. Listeners are called after every change."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._taken = 0
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

    def take(self) -> bool:
        """Occupy a slot, if there is room."""
        with self._changes:
            if self._holds or self._taken >= self.slots:
                return False
            self._taken += 1
        self._tell()
        return True

    def occupy(self) -> None:
        """Count what runs here already, room or not."""
        with self._changes:
            self._taken += 1

    def give_back(self) -> None:
        with self._changes:
            self._taken -= 1
            self._changes.notify_all()
        self._tell()

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
