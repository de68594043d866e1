"""Files for jobs: taken in, found again by their owners, given out in pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO

from windlass.coordinator.engine.errors import EngineError
from windlass.coordinator.store import blobs as store
from windlass.coordinator.store.db import Database
from windlass.shared.blobs import PIECE
from windlass.shared.spec import JobSpec
from windlass.shared.text import is_clean

_IN_MEMORY = 4 << 20
KEPT = 7 * 86_400.0  # seconds since they were last used, that files nobody needs are kept
BATCH = 100


class TooLarge(EngineError):
    """More bytes than are taken."""


@dataclass(frozen=True)
class Place:
    """Where a file is known: at one door, to one owner, by this name."""

    door: str
    owner: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.door, self.owner, self.name


def put(db: Database, place: Place, source: IO[bytes], limit: int) -> str:
    """Its digest. Read to a file first: a slow client holds no connection, and nothing is stored of
    what turns out too large."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        digest, size = _take(source, kept, limit)
        kept.seek(0)
        with db.transaction() as tx:
            store.insert(tx, digest, size, _pieces(kept))
            store.name(tx, place.key, digest)
    return digest


def find(db: Database, place: Place) -> str | None:
    if not is_clean("".join(place.key)):
        return None
    with db.transaction() as tx:
        return store.find(tx, place.key)


def pieces(db: Database, digest: str, first: int, count: int) -> Sequence[bytes]:
    with db.transaction() as tx:
        return store.pieces(tx, digest, first, count)


def forget(db: Database, age: float = KEPT) -> int:
    with db.transaction() as tx:
        return store.forget(tx, age, BATCH)


def needed_by(spec: JobSpec) -> list[str]:
    found = {
        parcel.digest
        for task in spec.tasks
        for parcel in task.container.parcels
        if parcel.digest is not None
    }
    return sorted(found)


def _take(source: IO[bytes], kept: IO[bytes], limit: int) -> tuple[str, int]:
    hashed, size = sha256(), 0
    while data := source.read(PIECE):
        size += len(data)
        if size > limit:
            raise TooLarge(f"Maximum request body size {limit} exceeded.")
        hashed.update(data)
        kept.write(data)
    return hashed.hexdigest(), size


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    while data := kept.read(PIECE):
        yield data
