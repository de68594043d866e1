"""The directory of one attempt: the only record of it, and the place where it works.

    order      RunAttempt without its secrets                            worker
    guardian   pid, start time of that process, and when it began        guardian, at first
    spool      everything the task wrote, in order                       guardian
    stop       deadlines of those who asked it to stop, one a line       worker
    exit       how it ended; then nothing of it runs any more            guardian, at last
    task/      the task's own: work/ tmp/ run output progress

A file appears whole or not at all, except spool and stop, which grow.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from windlass.worker.runtimes.life import Life, since_boot

_PRIVATE = 0o600
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_USUAL_GRACE = 10.0


@dataclass(frozen=True)
class End:
    code: int
    fault: str | None = None
    at: float | None = None  # seconds since boot


class Directory:
    def __init__(self, path: Path, shared: Path | None = None) -> None:
        """``shared``: where the processes of one attempt work, one after the other."""
        self.path = path
        self.shared = shared
        self.order = path / "order"
        self.spool = path / "spool"
        self.task = path / "task"
        self.work = (shared or self.task) / "work"
        self.tmp = self.task / "tmp"
        self.script = self.task / "run"
        self.output = self.task / "output"
        self.progress = self.task / "progress"

    def claim(self, life: Life) -> None:
        """FileExistsError: there has been a guardian already. FileNotFoundError: it was removed."""
        draft = self.path / f".guardian-{life.pid}"
        draft.write_text(str(life))
        os.link(draft, self.path / "guardian")
        draft.unlink()

    def guardian(self) -> Life | None:
        with suppress(FileNotFoundError):
            return Life.parse((self.path / "guardian").read_text())
        return None

    def ask_to_stop(self, grace: float) -> None:
        """The clock of the deadline is the machine's: every process reads the same."""
        descriptor = os.open(self.path / "stop", _APPEND, _PRIVATE)
        with open(descriptor, "w") as file:
            file.write(f"{monotonic() + grace}\n")

    def deadline(self) -> float:
        """The earliest. A guardian can be told to stop by somebody who knows nothing of us."""
        with suppress(FileNotFoundError):
            return min(map(float, (self.path / "stop").read_text().split()))
        return monotonic() + _USUAL_GRACE

    def record(self, end: End) -> None:
        self._write("exit", json.dumps([end.code, end.fault, since_boot()]))

    def end(self) -> End | None:
        with suppress(FileNotFoundError):
            return End(*json.loads((self.path / "exit").read_text()))
        return None

    def _write(self, name: str, text: str) -> None:
        draft = self.path / f".{name}-{os.getpid()}"
        draft.write_text(text)
        draft.replace(self.path / name)


def write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    with open(descriptor, "wb") as file:
        file.write(content)
