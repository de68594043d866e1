"""The files that old clients send with an API: an archive of the directory it was deployed from."""

import zlib
from dataclasses import dataclass
from hashlib import sha256
from os import SEEK_END
from typing import IO
from zipfile import BadZipFile, ZipFile

from flask import request

from windlass.coordinator.dialects.cortex import faults
from windlass.coordinator.dialects.cortex.apis import Files
from windlass.coordinator.dialects.cortex.configuration import Api
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import DOOR
from windlass.coordinator.dialects.cortex.gotext import shown
from windlass.coordinator.dialects.cortex.programs import is_one
from windlass.coordinator.engine.blobs import Place, TooLarge
from windlass.coordinator.engine.service import Engine

PART = "project.zip"
_LARGEST = 16 << 20  # bytes of an archive's directory, which is read as a whole
_END, _TAIL = b"PK\x05\x06", 65_557  # where that is told, and how far before the end at most


@dataclass(frozen=True)
class Project:
    """``identity``: of what is in it, whenever it was packed; hidden files do not count."""

    archive: IO[bytes]
    names: frozenset[str]
    identity: str

    def check(self, api: Api) -> None:
        """Fault: it is a program that is not in it."""
        if not is_one(api.spec):
            return
        path = str(api.spec["definition"]["path"])
        if path.removeprefix("./") not in self.names:
            fault = Fault("files.file_does_not_exist", f"{shown(path)}: file does not exist")
            raise fault.within(api.title, "definition", "path")

    def keep(self, engine: Engine, owner: str, limit: int) -> Files:
        """Fault: it is too large."""
        self.archive.seek(0)
        place = Place(DOOR, owner, f"project {self.identity}")
        try:
            return Files(engine.put_file(place, self.archive, limit), self.identity)
        except TooLarge as problem:
            raise Fault("error", f"{PART}: {problem} (WINDLASS_PACKAGE_LIMIT)") from None


def _check_directory(archive: IO[bytes]) -> None:
    """Fault: there are too many files. ValueError: it has none."""
    archive.seek(0, SEEK_END)
    archive.seek(max(0, archive.tell() - _TAIL))
    tail = archive.read()
    size = int.from_bytes(tail[tail.rindex(_END) + 12 :][:4], "little")
    if size > _LARGEST:
        raise Fault("error", f"{PART} holds too many files")


def received() -> Project:
    """Fault: there is none, or it is no archive."""
    part = request.files.get(PART)
    if part is None:
        raise faults.form_file_missing(PART)
    try:
        _check_directory(part.stream)
        with ZipFile(part.stream) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (BadZipFile, zlib.error, ValueError, OSError, NotImplementedError):
        raise Fault("error", f"{PART} is no zip archive") from None
    seen = sorted(
        (entry.filename, entry.CRC, entry.file_size)
        for entry in entries
        if not entry.filename.rpartition("/")[2].startswith(".")
    )
    names = frozenset(entry.filename for entry in entries)
    identity = sha256(repr(seen).encode("utf-8", "replace")).hexdigest()
    return Project(part.stream, names, identity)
