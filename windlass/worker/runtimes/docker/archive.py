"""Files into and out of a container, as tar streams.

The daemon resolves every path inside the container's own root, so no link leads out of it; of what
comes back only a plain file is taken.
"""

import io
import tarfile
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import IO, cast

from docker import APIClient

from windlass.shared.spec import Container
from windlass.worker.mounts import CONTROL_DIRECTORY
from windlass.worker.runtimes.orders import to_bytes

SCRIPT = f"{CONTROL_DIRECTORY}/run"
OUTPUT = f"{CONTROL_DIRECTORY}/output"
PROGRESS = f"{CONTROL_DIRECTORY}/progress"
WORK = f"{CONTROL_DIRECTORY}/work"  # where files go when the task names no working directory

_FOR_ALL = 0o777  # whoever the task runs as must be able to write there
_PROGRAM = 0o755
_CHUNK = 1 << 16


def working_directory(container: Container) -> str | None:
    """None: the image's own."""
    return container.workdir or (WORK if container.files else None)


Entry = tuple[PurePosixPath, bytes | None]  # a program and its content, or a directory


def entries(container: Container) -> Iterator[Entry]:
    """What a container needs to find when it starts."""
    yield PurePosixPath(CONTROL_DIRECTORY), None
    directory = working_directory(container)
    if directory == WORK:
        yield PurePosixPath(WORK), None
    if container.run is not None:
        yield PurePosixPath(SCRIPT), to_bytes(container.run)
    for name, content in container.files.items():
        yield PurePosixPath(f"{directory}/{name}"), to_bytes(content)


def inside(found: Iterable[Entry]) -> list[Entry]:
    """Those that are in the control directory, and plainly so."""
    return [
        (path, content)
        for path, content in found
        if path.is_relative_to(CONTROL_DIRECTORY) and ".." not in path.parts
    ]


def pack(found: Iterable[Entry]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for path, content in found:
            if content is None:
                _add_directory(tar, str(path))
            else:
                _add_file(tar, str(path), content)
    return target.getvalue()


def _add_directory(tar: tarfile.TarFile, path: str) -> None:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.type = tarfile.DIRTYPE
    entry.mode = _FOR_ALL
    tar.addfile(entry)


def _add_file(tar: tarfile.TarFile, path: str, content: bytes) -> None:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.mode = _PROGRAM
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def read_file(api: APIClient, container: str, path: str, limit: int) -> bytes | None:
    """At most ``limit`` bytes of a plain, non-empty file; None where there is none."""
    # Not the client's get_archive(): a reply that is not read to its end could not be closed there.
    url = f"{api.base_url}/v{api.api_version}/containers/{container}/archive"
    with api.get(url, params={"path": path}, stream=True, timeout=api.timeout) as reply:
        if reply.status_code == HTTPStatus.NOT_FOUND:
            return None
        reply.raise_for_status()
        return _first_file(reply.iter_content(_CHUNK), limit) or None


def _first_file(pieces: Iterator[bytes], limit: int) -> bytes:
    stream = cast(IO[bytes], io.BufferedReader(_Pieces(pieces)))
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        entry = tar.next()
        if entry is None or not entry.isreg():
            return b""
        file = tar.extractfile(entry)
        return file.read(limit) if file else b""


class _Pieces(io.RawIOBase):
    """An iterator of bytes as something to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a memoryview is all it is given
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)
