"""Archives of strangers, opened below one directory and nowhere else.

Only plain files, directories and links that stay inside; never more bytes or entries than allowed,
whatever the archive says of itself. Nothing is written through a link: they are made at the end.
"""

import lzma
import os
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from windlass.shared.sizes import show_size
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable

MOST_BYTES = 8 << 30
MOST_ENTRIES = 200_000
_CHUNK = 1 << 18
_LONGEST_LINK = 4096
_DRIVE = re.compile(r"[A-Za-z]:")
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a compression unknown here
    RuntimeError,  # a password is needed
    ValueError,
)


@dataclass(frozen=True)
class Entry:
    """``source``: what is in a file; ``link``: where a link leads; neither: a directory."""

    name: str
    mode: int = 0o755
    source: IO[bytes] | None = None
    link: str | None = None


def unpack(archive: Path, into: Path, *, strip: bool = False) -> None:
    """Unrunnable(SETUP): it is damaged, or holds what must not be. ``into`` may exist."""
    into.mkdir(parents=True, exist_ok=True)
    try:
        _Unpacking(into).take(_entries(archive))
        if strip:
            _strip(into)
    except _DAMAGED as problem:
        raise refused(f"cannot be read: {problem}") from problem
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as problem:
        raise refused("names the same place as a file and as a directory") from problem


def refused(text: str) -> Unrunnable:
    return Unrunnable(Reason.SETUP, f"the archive {text}")


class _Unpacking:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._size = 0
        self._count = 0
        self._links: list[tuple[Path, str]] = []

    def take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._count += 1
            if self._count > MOST_ENTRIES:
                raise refused(f"holds more than {MOST_ENTRIES:,} entries")
            self._take(entry)
        for path, target in self._links:
            path.symlink_to(target)

    def _take(self, entry: Entry) -> None:
        name = _inside(entry.name)
        path = self._root / name
        if not name.parts:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.link is not None:
            self._links.append((path, _kept_inside(name, entry.link)))
        elif entry.source is None:
            path.mkdir(exist_ok=True)
        else:
            self._write(path, entry.source)
            path.chmod(0o644 | (entry.mode & 0o111))

    def _write(self, path: Path, source: IO[bytes]) -> None:
        with path.open("wb") as file:
            while data := source.read(_CHUNK):
                self._size += len(data)
                if self._size > MOST_BYTES:
                    raise refused(f"holds more than {show_size(MOST_BYTES)}")
                file.write(data)


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    odd = "\\" in name or "\0" in name or _DRIVE.match(name)
    if path.is_absolute() or ".." in path.parts or odd:
        raise refused(f"holds {name!r}, which leads elsewhere")
    return path


def _kept_inside(name: PurePosixPath, target: str) -> str:
    """'..' only at the beginning: behind a name, which may be a link itself, it could lead out."""
    steps = PurePosixPath(target).parts
    ups = next((at for at, step in enumerate(steps) if step != ".."), len(steps))
    if target.startswith("/") or ".." in steps[ups:] or ups >= len(name.parts) or "\0" in target:
        raise refused(f"holds a link {str(name)!r} that leads elsewhere")
    return target


def _entries(archive: Path) -> Iterator[Entry]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            yield from _of_zip(file)
    else:
        with tarfile.open(archive, "r:*") as tar:
            yield from _of_tar(tar)


def _of_zip(file: zipfile.ZipFile) -> Iterator[Entry]:
    for info in file.infolist():
        mode = info.external_attr >> 16
        if info.is_dir():
            yield Entry(info.filename)
            continue
        with closing(file.open(info)) as source:
            if stat.S_ISLNK(mode):
                yield Entry(info.filename, link=os.fsdecode(source.read(_LONGEST_LINK)))
            elif stat.S_IFMT(mode) in {0, stat.S_IFREG}:
                yield Entry(info.filename, mode, source)
            else:
                raise refused(f"holds {info.filename!r}, which is neither a file nor a directory")


def _of_tar(tar: tarfile.TarFile) -> Iterator[Entry]:
    for info in tar:
        if info.isdir():
            yield Entry(info.name)
        elif info.issym():
            yield Entry(info.name, link=info.linkname)
        elif info.isreg() and (source := tar.extractfile(info)):
            with closing(source):
                yield Entry(info.name, info.mode, source)
        else:
            raise refused(f"holds {info.name!r}, which is neither a file nor a directory")


def _strip(root: Path) -> None:
    """What is in the only directory, one up. Of macOS there may be another one."""
    found = [entry for entry in root.iterdir() if entry.name != "__MACOSX"]
    if len(found) != 1 or found[0].is_symlink() or not found[0].is_dir():
        return
    outer = found[0].rename(root / ".windlass-outer")
    with suppress(FileNotFoundError):
        shutil.rmtree(root / "__MACOSX")
    for entry in list(outer.iterdir()):
        entry.rename(root / entry.name)
    outer.rmdir()
