"""One attempt's processes, seen from the worker: through the files its guardian writes."""

import os
import shutil
import signal
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from time import time_ns

from windlass.worker.runtimes import spool
from windlass.worker.runtimes.base import OUTPUT_LIMIT, PIECE, Exit, RuntimeBroken, Stream
from windlass.worker.runtimes.life import Life, ends_within, tell, watching
from windlass.worker.runtimes.process.directory import Directory

LOOPBACK = "127.0.0.1"  # of the machine: processes have no network of their own
GONE = "."  # how the name begins of what is about to be deleted
_SOON, _LATER = 0.01, 0.1  # seconds of silence between two looks: at first, and later
_PROGRESS_LIMIT = 1 << 16


class ProcessRun:
    """Its methods may be called from several threads at once."""

    def __init__(self, directory: Directory, guardian: Life) -> None:
        self._directory = directory
        self._guardian = guardian
        self._exit: Exit | None = None

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        with (
            closing(self._reader()) as reader,
            watching(self._guardian) as guardian,
        ):
            yield from self._followed(reader, guardian)

    def _reader(self) -> spool.Reader:
        try:
            return spool.Reader(self._directory.spool, 4 * PIECE)
        except FileNotFoundError:
            raise RuntimeBroken("its output was removed") from None

    def _followed(
        self, reader: spool.Reader, guardian: int | None
    ) -> Iterator[tuple[Stream, bytes]]:
        pause, ended = _SOON, False
        while True:
            pieces = reader.read()
            if not pieces and ended:
                break
            for stream, data in pieces:
                yield spool.STREAMS[stream], data
            if pieces:
                pause = _SOON
                continue
            yield "out", b""
            ended = ends_within(guardian, pause)
            pause = min(2 * pause, _LATER)
        for stream, data in reader.torn():
            yield spool.STREAMS[stream], data

    def wait(self) -> Exit:
        if self._exit is None:
            with watching(self._guardian) as guardian:
                ends_within(guardian, None)
            self._exit = self._ended()
        return self._exit

    def _ended(self) -> Exit:
        end = self._directory.end()
        if end is None:
            raise RuntimeBroken("its guardian was killed: how it ended cannot be known")
        seconds = None if end.at is None else end.at - self._guardian.began
        return Exit(end.code, fault=end.fault, seconds=seconds)

    def stop(self, grace: float) -> None:
        with watching(self._guardian) as guardian:
            if ends_within(guardian, 0):
                return
            with suppress(FileNotFoundError):  # removed meanwhile
                self._directory.ask_to_stop(grace)
            tell(self._guardian, signal.SIGTERM)
            ends_within(guardian, None)

    def result(self) -> bytes | None:
        return read_plain(self._directory.output, OUTPUT_LIMIT + 1)

    def progress(self) -> bytes | None:
        return read_plain(self._directory.progress, _PROGRESS_LIMIT)

    def address(self) -> str | None:
        return LOOPBACK

    def ask(self, command: Sequence[str], timeout: float) -> bool | None:
        return None

    def name(self) -> str:
        return str(self._guardian.pid)

    def remove(self) -> None:
        self.stop(0)
        remove_tree(self._directory.path)
        if self._directory.shared is not None:
            remove_tree(self._directory.shared)


def read_plain(path: Path, limit: int) -> bytes | None:
    """At most ``limit`` bytes of a plain, non-empty file. A link is not followed: it may lead to
    what only the worker may read; a second name of a file may be such a link, too."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as file:
        return file.read(limit) or None


def remove_tree(path: Path) -> None:
    """Out of sight in one step, so that a crash leaves no half of an attempt; then deleted, also
    what the task took all rights from. Twice at once does no harm."""
    with suppress(FileNotFoundError):
        path = path.rename(path.with_name(f"{GONE}{path.name}-{time_ns()}"))
        delete(path)


def delete(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if not path.exists():
        return
    for directory, _, _ in os.walk(path):
        for entry in os.scandir(directory):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        raise RuntimeBroken(f"{path} cannot be deleted")
