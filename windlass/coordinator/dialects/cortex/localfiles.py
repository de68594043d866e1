"""Files of the coordinator's own disk: below the directories that its operator has opened, and
nowhere else. No symbolic link is followed on the way, so none leads out."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.gotext import shown

_SCHEME = "file://"
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Found:
    """``read`` gives its first bytes, and only until the next file is looked for."""

    path: str
    read: Callable[[int], bytes]


def find(roots: Sequence[Path], path: str) -> Iterator[Found]:
    """Everything below a directory, or one file. Fault: it is not for anybody to read."""
    root, rest = _within(roots, path)
    with suppress(OSError), _opened(root, rest[:-1]) as parent:  # none, or a link on the way
        if rest:
            yield from _named(parent, rest[-1], root.joinpath(*rest))
        else:
            yield from _below(parent, root)


def _within(roots: Sequence[Path], path: str) -> tuple[Path, tuple[str, ...]]:
    """The root that it is below, and the way from there."""
    asked = PurePosixPath(path.removeprefix(_SCHEME))
    for root in roots:
        if ".." not in asked.parts and asked.is_relative_to(root):
            return root, asked.relative_to(root).parts
    raise Fault(
        "error",
        f"{shown(path)} cannot be read: it is below no directory that WINDLASS_CORTEX_FILES names",
    )


@contextmanager
def _opened(root: Path, way: Sequence[str]) -> Iterator[int]:
    """The directory at the end of the way. The root itself may be a link: its owner chose it."""
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in way:
            below = os.open(name, _DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _named(parent: int, name: str, path: Path) -> Iterator[Found]:
    mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    if stat.S_ISREG(mode):
        yield Found(str(path), _reader(parent, name))
    elif stat.S_ISDIR(mode):
        directory = os.open(name, _DIRECTORY, dir_fd=parent)
        try:
            yield from _below(directory, path)
        finally:
            os.close(directory)


def _below(directory: int, path: Path) -> Iterator[Found]:
    walk = os.fwalk(".", dir_fd=directory, follow_symlinks=False)
    with closing(walk):  # type: ignore[type-var]  # its stub calls it an iterator: it is a generator
        for place, directories, names, here in walk:
            directories.sort()
            for name in sorted(names):
                if _is_file(here, name):
                    yield Found(str(path / place / name), _reader(here, name))


def _is_file(directory: int, name: str) -> bool:
    with suppress(OSError):
        return stat.S_ISREG(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    return False


def _reader(directory: int, name: str) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            file = os.open(name, _FILE, dir_fd=directory)
        except OSError as problem:
            raise Fault("error", f"{shown(name)}: {problem.strerror}") from None
        with open(file, "rb") as opened:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise Fault("error", f"{shown(name)} is no file any more")
            return opened.read(most)

    return read
