"""Layouts of results that will not change, so that each file of a long one is not found anew."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock

from windlass.coordinator.dialects.linkis.results.model import Layout


@dataclass
class _Entry:
    lock: Lock = field(default_factory=Lock)
    layout: Layout | None = None


class Layouts:
    """The ``most`` that were asked for last, and not more than ``files`` files of them all."""

    def __init__(self, most: int = 256, files: int = 100_000) -> None:
        self._most = most
        self._files = files
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def get(self, key: Hashable, look: Callable[[], Layout]) -> Layout:
        """Of those who come at once, one looks. What ``look`` raises is raised, and forgotten."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
        with entry.lock:
            if entry.layout is None:
                entry.layout = look()
                self._forget()
            return entry.layout

    def _forget(self) -> None:
        """The oldest first, and never the newest."""
        with self._lock:
            files = sum(len(each.layout.files) for each in self._entries.values() if each.layout)
            while len(self._entries) > 1 and (
                len(self._entries) > self._most or files > self._files
            ):
                _, oldest = self._entries.popitem(last=False)
                files -= len(oldest.layout.files) if oldest.layout else 0
