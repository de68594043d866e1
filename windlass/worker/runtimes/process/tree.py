"""Processes below one process, however they left their group or session."""

import ctypes
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import sleep

from windlass.worker.runtimes.life import stat

_SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS = 36, 38
_SOON, _LATER = 0.001, 0.05  # seconds between two looks: at first, and later

_libc = ctypes.CDLL(None, use_errno=True)


def become_subreaper() -> None:
    """Whoever loses its parent below us becomes our child, so that nobody gets away."""
    _prctl(_SET_CHILD_SUBREAPER)


def renounce_privileges() -> None:
    """For us and all below: no program gains rights by its set-uid bit, so we can stop them all."""
    _prctl(_SET_NO_NEW_PRIVS)


def _prctl(option: int) -> None:
    if _libc.prctl(option, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def descendants(root: int) -> Iterator[int]:
    """Parents before their children."""
    children = defaultdict(list)
    for name in os.listdir("/proc"):
        if name.isdecimal() and (fields := stat(int(name))):
            children[int(fields[1])].append(int(name))
    found = [root]
    for pid in found:
        found.extend(children[pid])
    yield from found[1:]


def send(number: signal.Signals, root: int, spared: frozenset[int] = frozenset()) -> None:
    """To all below ``root``, but not to those ``spared``."""
    for pid in descendants(root):
        if pid not in spared:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def kill_all(reaped: Callable[[int, int], None]) -> None:
    """SIGKILL until we have no child left. ``reaped`` is told of each child and its status."""
    pause = _SOON
    while reap(reaped):
        send(signal.SIGKILL, os.getpid())
        sleep(pause)
        pause = min(2 * pause, _LATER)


def reap(reaped: Callable[[int, int], None]) -> bool:
    """Collect who has ended; whether there is a child left."""
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return True
            reaped(pid, status)
    except ChildProcessError:
        return False
