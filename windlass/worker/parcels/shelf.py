"""The archives this node has fetched, by what is in them. Threads may share it."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import cast
from uuid import uuid4

from redis import Redis

from windlass.shared import blobs, keys
from windlass.shared.messages import RunAttempt
from windlass.shared.sizes import show_size
from windlass.shared.spec import Parcel
from windlass.shared.states import Reason
from windlass.worker.parcels import remote
from windlass.worker.parcels.remote import Leave
from windlass.worker.runtimes.base import RuntimeBroken, Unrunnable

LARGEST = 4 << 30  # bytes of one archive
ROOM = 8 << 30  # bytes kept for later tasks
_PATIENCE = 4  # seconds for an answer; less than a read of Redis may take
_ASKED = 15  # times for the same pieces, before another node shall try

Say = Callable[[str], None]


class Shelf:
    """``leave``: where archives may be fetched from that are not stored."""

    def __init__(self, redis: Redis, directory: Path, leave: Leave) -> None:
        self._redis = redis
        self._directory = directory
        self._leave = leave

    def stock(self, order: RunAttempt, say: Say) -> None:
        """Have everything here that the order names. Unrunnable: it cannot be had. An exception
        raised by ``say`` ends it, and passes through."""
        for parcel in order.container.parcels:
            self._stock(parcel, say)

    def _stock(self, parcel: Parcel, say: Say) -> None:
        path = place(self._directory, parcel)
        if parcel.digest is not None and path.exists():
            os.utime(path)
            return
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fetch(parcel, path, say)
            self._make_room(path)
        except OSError as problem:
            raise RuntimeBroken(f"cannot keep an archive: {problem}") from problem

    def _fetch(self, parcel: Parcel, path: Path, say: Say) -> None:
        if parcel.url is not None:
            source = remote.read(parcel.url, self._leave)
        else:
            source = self._asked(parcel.digest or "")
        draft = path.with_name(f".{uuid4()}")
        try:
            digest = _write(draft, source, say)
            if parcel.digest not in {None, digest}:
                raise RuntimeBroken(f"archive {parcel.digest} arrived damaged")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _asked(self, digest: str) -> Iterator[bytes]:
        first = 0
        while True:
            pieces = self._answered(digest, first)
            yield from filter(None, pieces)
            first += len(pieces)
            if not pieces[-1]:
                break
        if first == 1:
            raise Unrunnable(Reason.SETUP, f"archive {digest} is not stored any more")

    def _answered(self, digest: str, first: int) -> list[bytes]:
        """The last is empty where there are no more."""
        for _ in range(_ASKED):
            want = blobs.WantBlob(number=uuid4(), digest=digest, first=first)
            self._redis.rpush(keys.BLOBS_WANTED, blobs.encode(want))
            pieces: list[bytes] = []
            while len(pieces) < want.pieces and (pieces[-1:] != [b""]):
                answer = self._redis.blpop([keys.blob_answer(want.number)], timeout=_PATIENCE)
                if not answer:
                    break
                pieces.append(cast(bytes, answer[1]))
            else:
                return pieces
        raise RuntimeBroken("no coordinator answers for stored archives")

    def _make_room(self, kept: Path) -> None:
        """Those used least recently go. One that is being opened stays readable to whoever does."""
        found = sorted(
            ((entry.stat().st_mtime, entry.stat().st_size, entry) for entry in self._entries()),
            key=lambda one: one[0],
        )
        over = sum(size for _, size, _ in found) - ROOM
        for _, size, entry in found:
            if over <= 0:
                return
            if entry != kept:
                entry.unlink(missing_ok=True)
                over -= size

    def _entries(self) -> list[Path]:
        return [entry for entry in self._directory.iterdir() if not entry.name.startswith(".")]


def directory_of(state_dir: Path) -> Path:
    return state_dir / "shelf"


def place(directory: Path, parcel: Parcel) -> Path:
    """Where it is, or will be."""
    return directory / (parcel.digest or sha256(f"url {parcel.url}".encode()).hexdigest())


def _write(path: Path, source: Iterator[bytes], say: Say) -> str:
    hashed, size = sha256(), 0
    with path.open("wb") as file:
        for data in source:
            size += len(data)
            if size > LARGEST:
                raise Unrunnable(Reason.SETUP, f"an archive is larger than {show_size(LARGEST)}")
            hashed.update(data)
            file.write(data)
            say(f"fetching an archive, {show_size(size)} so far")
    return hashed.hexdigest()
