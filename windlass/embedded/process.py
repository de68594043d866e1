"""One child server: started, waited for until it answers, ended in order."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 30.0  # seconds until a server that does not answer is given up


class ServerFailed(Exception):
    """An embedded server did not come up; the text ends with its last words."""


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    url: str
    ending: int = signal.SIGTERM

    def stop(self, patience: float = 10.0) -> None:
        """Ask, wait, and only then kill."""
        if self.process.poll() is None:
            self.process.send_signal(self.ending)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def launch(
    command: Sequence[str], *, log: Path, cwd: Path, uid: int | None = None
) -> "subprocess.Popen[bytes]":
    """A child in a session of its own, so that Ctrl-C in a terminal reaches only us."""
    with log.open("ab") as sink:
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=cwd,
            user=uid,
            group=uid,
            extra_groups=[] if uid is not None else None,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        )


def until_it_answers(
    answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = monotonic() + PATIENCE
    while not answers():
        if process.poll() is not None or monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise ServerFailed(f"{process.args!r} did not come up:\n{tail}")
        sleep(0.01)
