"""What can be killed, frozen and started again: servers, coordinators, workers."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from windlass.embedded.process import Server, ServerFailed

Begin = Callable[[], Server]


@dataclass
class Member:
    """``violence``: the signal that kills it. Start it from the main thread only."""

    name: str
    begin: Begin
    violence: signal.Signals = signal.SIGKILL
    server: Server | None = None
    due: float = 0.0  # when to start it again
    frozen: dict[int, float] = field(default_factory=dict)  # processes, and until when
    failures: int = 0

    @property
    def process(self) -> "subprocess.Popen[bytes] | None":
        return self.server.process if self.server else None

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """One that does not come up is tried again: what it left may be in the way."""
        try:
            self.server = self.begin()
        except ServerFailed:
            self.failures += 1
            self.due = monotonic() + 0.5

    def tend(self) -> None:
        """Thaw what was frozen long enough; start it when its time has come."""
        now = monotonic()
        for pid in [pid for pid, until in self.frozen.items() if until <= now]:
            self._thaw(pid)
        if not self.is_up() and self.due <= now:
            self.start()
            self.due = max(self.due, now + 0.5)

    def kill(self, rest: float, *, family: bool = False) -> bool:
        """False: it is down already. It is started again after ``rest`` seconds."""
        if not self.is_up() or self.process is None:
            return False
        victims = [self.process.pid, *(children(self.process.pid) if family else [])]
        for pid in victims:
            send(pid, self.violence)
            self._thaw(pid)
        self.process.wait()
        self.due = monotonic() + rest
        return True

    def kill_child(self, index: int) -> bool:
        """Its parent starts it again."""
        pid = self._child(index)
        return pid is not None and send(pid, signal.SIGKILL)

    def freeze(self, seconds: float, index: int | None = None) -> bool:
        """All of it, or only one child."""
        if not self.is_up() or self.process is None:
            return False
        pid = self.process.pid if index is None else self._child(index)
        if pid is None or not send(pid, signal.SIGSTOP):
            return False
        self.frozen[pid] = monotonic() + seconds
        return True

    def thaw(self) -> None:
        for pid in list(self.frozen):
            self._thaw(pid)

    def end(self, patience: float) -> bool:
        """In order; False when it had to be killed."""
        self.thaw()
        if self.process is None:
            return True
        self.process.send_signal(self.server.ending if self.server else signal.SIGTERM)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True

    def _child(self, index: int) -> int | None:
        found = children(self.process.pid) if self.process else []
        return found[index] if index < len(found) else None

    def _thaw(self, pid: int) -> None:
        self.frozen.pop(pid, None)
        send(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except FileNotFoundError:
        return []


def send(pid: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
