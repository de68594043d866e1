"""Stored files to the workers that ask for them."""

from redis import Redis

from windlass.coordinator.engine import blobs as engine
from windlass.coordinator.store.db import Database
from windlass.shared import blobs, keys

_PATIENCE = 1  # seconds; less than a read of Redis may take


class Courier:
    def __init__(self, redis: Redis, db: Database) -> None:
        self._redis = redis
        self._db = db

    def step(self) -> float:
        """Answer one request; 0 as long as it is worth asking again at once, as it always is."""
        asked = self._redis.blpop([keys.BLOBS_WANTED], timeout=_PATIENCE)
        if asked:
            self._answer(blobs.decode(asked[1]))
        return 0.0

    def _answer(self, want: blobs.WantBlob) -> None:
        found = engine.pieces(self._db, want.digest, want.first, min(want.pieces, blobs.WINDOW))
        key = keys.blob_answer(want.number)
        with self._redis.pipeline() as pipe:
            pipe.rpush(key, *found, *([b""] if len(found) < want.pieces else []))
            pipe.expire(key, blobs.ANSWER_TTL)
            pipe.execute()
