"""A stored file on its way from Postgres to a worker's disk."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest
from redis import Redis

from tests.runtime.lab import order
from windlass.coordinator.engine import blobs
from windlass.coordinator.engine.blobs import Place, TooLarge
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.courier import Courier
from windlass.shared.blobs import PIECE, WINDOW
from windlass.shared.spec import Parcel
from windlass.worker.parcels.remote import Leave
from windlass.worker.parcels.shelf import Shelf, place
from windlass.worker.runtimes.base import Unrunnable

MINE = Place("ray", "me", "a.zip")


@contextmanager
def serving(redis: Redis, db: Database) -> Iterator[None]:
    courier, stop = Courier(redis, db), Event()

    def serve() -> None:
        while not stop.is_set():
            courier.step()

    thread = Thread(target=serve)
    thread.start()
    yield
    stop.set()
    thread.join()


def content(size: int) -> bytes:
    return Random(size).randbytes(size)  # noqa: S311 - any bytes will do


def fetched(redis: Redis, directory: Path, digest: str) -> bytes:
    parcel = Parcel(target="/job", digest=digest)
    Shelf(redis, directory, Leave()).stock(order("true", parcels=(parcel,)), lambda text: None)
    return place(directory, parcel).read_bytes()


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, WINDOW * PIECE, (WINDOW + 1) * PIECE + 7])
def test_a_file_of_any_size_arrives_whole(
    db: Database, redis: Redis, tmp_path: Path, size: int
) -> None:
    digest = blobs.put(db, MINE, io.BytesIO(content(size)), size + 1)

    with serving(redis, db):
        if size == 0:
            with pytest.raises(Unrunnable):
                fetched(redis, tmp_path, digest)
            return
        assert fetched(redis, tmp_path, digest) == content(size)
    assert digest == sha256(content(size)).hexdigest()
    assert redis.keys("windlass:blob*") == []


def test_a_file_that_was_fetched_is_not_asked_for_again(
    db: Database, redis: Redis, tmp_path: Path
) -> None:
    digest = blobs.put(db, MINE, io.BytesIO(b"once"), 10)
    with serving(redis, db):
        fetched(redis, tmp_path, digest)

    assert fetched(redis, tmp_path, digest) == b"once"


def test_a_file_nobody_has_is_told_so(db: Database, redis: Redis, tmp_path: Path) -> None:
    with serving(redis, db), pytest.raises(Unrunnable, match="is not stored any more"):
        fetched(redis, tmp_path, "0" * 64)


def test_nothing_is_kept_of_what_is_too_large(db: Database) -> None:
    with pytest.raises(TooLarge):
        blobs.put(db, MINE, io.BytesIO(b"12345"), 4)

    assert blobs.find(db, MINE) is None


def test_the_same_bytes_are_kept_once_and_each_owner_finds_only_their_own(db: Database) -> None:
    digest = blobs.put(db, MINE, io.BytesIO(b"same"), 10)

    assert blobs.find(db, Place("ray", "you", "a.zip")) is None
    assert blobs.put(db, Place("ray", "you", "b.zip"), io.BytesIO(b"same"), 10) == digest
    assert len(blobs.pieces(db, digest, 0, 10)) == 1


def test_files_go_when_nobody_has_used_them_for_long(db: Database) -> None:
    digest = blobs.put(db, MINE, io.BytesIO(b"old"), 10)

    blobs.forget(db, age=3600)
    assert blobs.find(db, MINE) == digest

    blobs.forget(db, age=-1)
    assert blobs.find(db, MINE) is None
    assert blobs.pieces(db, digest, 0, 10) == []
