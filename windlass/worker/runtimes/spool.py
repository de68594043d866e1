"""What a task wrote, piece by piece in the order it was read: stream, length, bytes.

Standard library only.
"""

import errno
import os
import struct
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Literal

OUT, ERR, SYS, END = 0, 1, 2, 3  # END: an empty piece after which none comes
STREAMS: tuple[Literal["out", "err", "sys"], ...] = ("out", "err", "sys")

_HEADER = struct.Struct(">BI")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_RETRY = 0.5


class Writer:
    """One per spool. While the disk is full it waits, and so does the task that writes."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o600)
        self.size = os.fstat(self._file).st_size

    def write(self, stream: int, data: bytes) -> None:
        piece = _HEADER.pack(stream, len(data)) + data
        self.size += len(piece)
        view = memoryview(piece)
        while view:
            view = view[self._written(view) :]

    def close(self) -> None:
        os.close(self._file)

    def _written(self, view: memoryview) -> int:
        try:
            return os.write(self._file, view)
        except OSError as problem:
            if problem.errno not in _FULL:
                raise
            sleep(_RETRY)
            return 0


def mend(path: Path) -> dict[int, int]:
    """How many bytes of each stream are in it. A piece that its writer could not finish is cut off:
    no reader has taken it."""
    have = {OUT: 0, ERR: 0, SYS: 0, END: 0}
    if not path.exists():
        return have
    whole = 0
    reader = Reader(path, 1 << 20)
    while pieces := reader.read():
        for stream, data in pieces:
            have[stream] += len(data)
            whole += _HEADER.size + len(data)
    reader.close()
    os.truncate(path, whole)
    return have


class Reader:
    """Reads what is there, and can be asked again."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by close()
        self._size = size
        self._rest = b""

    def read(self) -> list[tuple[int, bytes]]:
        """The next whole pieces; empty when there are none yet."""
        self._rest += self._file.read(self._size)
        pieces, at = [], 0
        while len(self._rest) >= at + _HEADER.size:
            stream, length = _HEADER.unpack_from(self._rest, at)
            stop = at + _HEADER.size + length
            if len(self._rest) < stop:
                break
            pieces.append((stream, self._rest[at + _HEADER.size : stop]))
            at = stop
        self._rest = self._rest[at:]
        return pieces

    def torn(self) -> list[tuple[int, bytes]]:
        """What a writer that was killed in the middle of a piece left of it."""
        if len(self._rest) <= _HEADER.size:
            return []
        return [(self._rest[0], self._rest[_HEADER.size :])]

    def close(self) -> None:
        self._file.close()


def is_complete(path: Path) -> bool:
    """Whether it ends with END; a piece of data that looks like that does not matter, since it is
    asked only once the writer has gone."""
    with suppress(FileNotFoundError), open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _HEADER.size))
        return file.read() == _HEADER.pack(END, 0)
    return False
