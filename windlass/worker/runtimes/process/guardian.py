"""Looks after one attempt: starts its command, keeps its output, leaves nothing of it running.

A run ends when its first process ends; what that leaves behind is killed. SIGTERM to the guardian
means: stop the task, with the grace that is written in its directory.
"""

import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from windlass.worker.runtimes import spool
from windlass.worker.runtimes.life import Life
from windlass.worker.runtimes.process import tree
from windlass.worker.runtimes.process.directory import Directory, End
from windlass.worker.runtimes.process.starting import Request, spawn

PIECE = 1 << 16
_FAILED = 70  # the guardian's own code: something is wrong with it, not with the task
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


def guard(request: Request, claimed: Callable[[], None]) -> None:
    """In a process of its own. Calls ``claimed`` when it can no longer be forgotten."""
    try:
        directory = Directory(Path(request.directory))
        os.setsid()
        tree.become_subreaper()
        tree.renounce_privileges()
        guardian = _Guardian(directory, request)
        directory.claim(Life.own())
        claimed()
        directory.record(guardian.watch())
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        tree.kill_all(lambda pid, status: None)
        os._exit(_FAILED)


class _Guardian:
    def __init__(self, directory: Directory, request: Request) -> None:
        self._directory = directory
        self._request = request
        self._log = spool.Writer(directory.spool)
        self._signals = _listen(signal.SIGCHLD, signal.SIGTERM)
        self._pipes: dict[int, int] = {}  # where output comes from, and its stream
        self._deadline: float | None = None
        self._main: int | None = None
        self._status: int | None = None

    def watch(self) -> End:
        """From its start until nothing of it runs."""
        for note in self._request.notes:
            self._log.write(spool.SYS, f"{note}\n".encode())
        try:
            self._start()
        except OSError as problem:
            return _unstarted(self._request.argv[0], problem)
        while self._status is None:
            self._step()
        tree.kill_all(self._reaped)
        self._drain()
        return End(_code(self._status))

    def _start(self) -> None:
        ends = {}
        for stream in (spool.OUT, spool.ERR):
            reading, ends[stream] = os.pipe2(os.O_CLOEXEC)
            os.set_blocking(reading, False)
            self._pipes[reading] = stream
        try:
            self._main = spawn(self._request, ends[spool.OUT], ends[spool.ERR])
        finally:
            for end in ends.values():
                os.close(end)

    def _step(self) -> None:
        waiting = select.poll()
        for descriptor in (self._signals, *self._pipes):
            waiting.register(descriptor, select.POLLIN)
        for descriptor, _ in waiting.poll(self._patience()):
            if descriptor == self._signals:
                self._hear()
            else:
                self._read(descriptor)
        if self._deadline is not None and monotonic() >= self._deadline:
            tree.kill_all(self._reaped)

    def _patience(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - monotonic()) * 1000

    def _hear(self) -> None:
        heard = os.read(self._signals, PIECE)
        if signal.SIGTERM in heard:
            self._stop()
        tree.reap(self._reaped)

    def _stop(self) -> None:
        self._deadline = self._directory.deadline()
        tree.send(signal.Signals[f"SIG{self._request.stop_signal}"], os.getpid())

    def _reaped(self, pid: int, status: int) -> None:
        if pid == self._main:
            self._status = status

    def _read(self, descriptor: int) -> bool:
        """Whether there was something; closes the pipe at its end."""
        try:
            data = os.read(descriptor, PIECE)
        except BlockingIOError:
            return False
        if not data:
            os.close(descriptor)
            del self._pipes[descriptor]
            return False
        self._keep(self._pipes[descriptor], data)
        return True

    def _keep(self, stream: int, data: bytes) -> None:
        before = self._log.size
        self._log.write(stream, data)
        if before <= self._request.log_limit < self._log.size:
            self._log.write(
                spool.SYS, f"stopped: its log is over {self._request.log_limit} bytes\n".encode()
            )
            tree.kill_all(self._reaped)

    def _drain(self) -> None:
        """Nobody of ours writes any more; what is in the pipes is the rest."""
        for descriptor in list(self._pipes):
            while self._read(descriptor):
                pass


def _listen(*numbers: signal.Signals) -> int:
    """A descriptor from which each signal that comes can be read as one byte."""
    reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda number, frame: None)
    return reading


def _unstarted(program: str, problem: OSError) -> End:
    code = _NOT_FOUND if isinstance(problem, FileNotFoundError) else _NOT_EXECUTABLE
    return End(code, f"cannot execute {program!r}: {(problem.strerror or str(problem)).lower()}")


def _code(status: int) -> int:
    if os.WIFSIGNALED(status):
        return 128 + os.WTERMSIG(status)
    return os.WEXITSTATUS(status)
