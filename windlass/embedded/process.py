"""One child: started, waited for until it answers, ended in order, and never outliving us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 30.0  # seconds until a server that does not answer is given up
_LAST_WORDS = 2000
_LOG_LIMIT = 8 << 20
_PR_SET_PDEATHSIG = 1


class ServerFailed(Exception):
    """An embedded server did not come up; the text ends with its last words."""


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    url: str
    ending: int = signal.SIGTERM

    def ask(self) -> None:
        """To end, once: to be asked again may mean to hurry."""
        if self.process.poll() is None:
            self.process.send_signal(self.ending)

    def stop(self, patience: float = 10.0) -> None:
        """Ask, wait, and only then kill."""
        self.ask()
        see_them_end([self], patience)


def see_them_end(servers: Sequence[Server], patience: float) -> None:
    """They were asked to; after ``patience`` seconds they are killed."""
    deadline = monotonic() + patience
    for server in servers:
        try:
            server.process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How to start a child. ``orphaned``: the signal it gets should we die without a word."""

    log: Path
    cwd: Path
    uid: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    orphaned: int = signal.SIGKILL


def launch(command: Sequence[str], how: Launch) -> "subprocess.Popen[bytes]":
    """A child in a session of its own, so that Ctrl-C in a terminal reaches only us.

    Call it from the main thread: the kernel counts the death of the calling thread as ours.
    """
    _rotate(how.log)
    with open(how.log, "ab", opener=_for_us_only) as sink:
        return subprocess.Popen(  # noqa: S603 - a program of ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=how.cwd,
            user=how.uid,
            group=how.uid,
            extra_groups=[] if how.uid is not None else None,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **how.env},
            preexec_fn=_bound_to_us(how.orphaned),  # noqa: PLW1509 - we start children before threads
        )


def until_it_answers(
    answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = monotonic() + PATIENCE
    while not answers():
        if process.poll() is not None or monotonic() > deadline:
            if process.poll() is None:
                process.kill()
                process.wait()
            raise ServerFailed(f"{log.stem} did not come up:\n{last_words(log)}")
        sleep(0.01)


def last_words(log: Path) -> str:
    try:
        return log.read_text(errors="replace")[-_LAST_WORDS:].strip()
    except FileNotFoundError:
        return ""


def _for_us_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_name(f"{log.name}.1"))


def _bound_to_us(orphaned: int) -> Callable[[], None] | None:
    """For the child, between fork and exec. Elsewhere than on Linux nothing of the kind exists."""
    if sys.platform != "linux":
        return None
    return partial(_end_with_parent, ctypes.CDLL(None).prctl, orphaned, os.getpid())


def _end_with_parent(prctl: Callable[[int, int], int], orphaned: int, parent: int) -> None:
    prctl(_PR_SET_PDEATHSIG, orphaned)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
