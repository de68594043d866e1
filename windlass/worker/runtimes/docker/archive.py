"""Files into and out of a container, as tar streams.

The daemon resolves every path inside the container's own root, so no link leads out of it; of what
comes back only a plain file is taken.
"""

import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import IO, cast

from docker import APIClient

from windlass.shared.spec import Container, Layout
from windlass.worker.runtimes.orders import to_bytes

_FOR_ALL = 0o777  # whoever the task runs as must be able to write there
_CHUNK = 1 << 16


def script(layout: Layout) -> str:
    return f"{layout.root}/{layout.script}"


def output(layout: Layout) -> str:
    return f"{layout.root}/{layout.output}"


def progress(layout: Layout) -> str:
    return f"{layout.root}/{layout.progress}"


def work(layout: Layout) -> str:
    return f"{layout.root}/{layout.work}"


def working_directory(container: Container) -> str | None:
    """None: the image's own."""
    return container.workdir or (work(container.layout) if container.files else None)


def directory(path: str) -> "Entry":
    """For anybody to write in."""
    return Entry(PurePosixPath(path))


@dataclass(frozen=True)
class Entry:
    path: PurePosixPath
    content: bytes | None = None  # None: a directory
    mode: int = _FOR_ALL


def entries(container: Container) -> Iterator[Entry]:
    """What a container needs to find when it starts."""
    layout = container.layout
    yield Entry(PurePosixPath(layout.root))
    directory = working_directory(container)
    if directory == work(layout):
        yield Entry(PurePosixPath(directory))
    if container.run is not None:
        yield Entry(PurePosixPath(script(layout)), to_bytes(container.run), layout.script_mode)
    for name, content in container.files.items():
        path = PurePosixPath(f"{directory}/{name}")
        yield Entry(path, to_bytes(content), layout.file_mode)
    for name, content in container.placed.items():
        yield Entry(PurePosixPath(layout.root, name), to_bytes(content), layout.file_mode)


def inside(found: Iterable[Entry], layout: Layout) -> list[Entry]:
    """Those that are in the control directory, and plainly so."""
    return [
        entry
        for entry in found
        if entry.path.is_relative_to(layout.root) and ".." not in entry.path.parts
    ]


def pack(found: Iterable[Entry]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for entry in found:
            _add(tar, entry)
    return target.getvalue()


def _add(tar: tarfile.TarFile, entry: Entry) -> None:
    header = tarfile.TarInfo(str(entry.path).lstrip("/"))
    header.mode = entry.mode
    if entry.content is None:
        header.type = tarfile.DIRTYPE
        tar.addfile(header)
    else:
        header.size = len(entry.content)
        tar.addfile(header, io.BytesIO(entry.content))


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
