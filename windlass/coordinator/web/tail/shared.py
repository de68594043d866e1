"""One answer for all who ask the same at the same time: a hundred followers read once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

ANY_TIME = float("-inf")


@dataclass
class _Slot:
    lock: Lock = field(default_factory=Lock)
    began: float | None = None
    answer: Any = None


class Shared:
    """Keeps the newest ``most`` answers."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lock = Lock()
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()

    def ask(self, key: Hashable, since: float, produce: Callable[[], T]) -> T:
        """An answer that was asked for at ``since`` (monotonic) or later: of whatever was known
        then, it tells. ANY_TIME: of what never changes."""
        slot = self._slot(key)
        with slot.lock:
            if slot.began is None or slot.began < since:
                began = monotonic()
                slot.answer = produce()
                slot.began = began
            answer: T = slot.answer
            return answer

    def _slot(self, key: Hashable) -> _Slot:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            if len(self._slots) > self._most:
                self._slots.popitem(last=False)
            return slot
