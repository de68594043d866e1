"""Sessions: who has logged in, told by a secret of 256 random bits of which only the digest is
kept. They slide: each use begins the time anew, noted once a minute at most."""

import hashlib
import re
import secrets

from windlass.coordinator.engine.views import Session
from windlass.coordinator.store import sessions as store
from windlass.coordinator.store.db import Database

BATCH = 1_000
NOTED = 60.0  # seconds by which a use may be noted too late: a session lives so much longer
KEPT = 7 * 86_400.0  # seconds that one is told from an unknown one after its last use

_SECRET = re.compile("[A-Za-z0-9_-]{43}")


def begin(db: Database, door: str, username: str, proof: str) -> str:
    """The secret, told this once. ``proof``: the door's own words for why it was granted."""
    secret = secrets.token_urlsafe(32)
    with db.transaction() as tx:
        store.insert(tx, _digest(secret), door, username, proof)
    return secret


def find(db: Database, door: str, secret: str, idle: float) -> Session | None:
    """None: unknown. Finding it is a use of it, unless it has expired."""
    if not _SECRET.fullmatch(secret):
        return None
    digest = _digest(secret)
    with db.transaction() as tx:
        row = store.find(tx, door, digest, idle + NOTED)
        if row is None:
            return None
        if row["stale"] and not row["expired"]:
            store.touch(tx, digest)
    return Session(username=row["username"], proof=row["proof"], expired=row["expired"])


def end(db: Database, secret: str) -> None:
    """No error where there is none."""
    if _SECRET.fullmatch(secret):
        with db.transaction() as tx:
            store.delete(tx, _digest(secret))


def forget(db: Database) -> int:
    """How many."""
    with db.transaction() as tx:
        return store.forget(tx, KEPT, BATCH)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
