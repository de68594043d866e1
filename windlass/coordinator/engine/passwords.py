"""Tells users by their passwords. bcrypt takes a tenth of a second on purpose; to pay that at every
request would be a gift to whoever wants this coordinator busy, so a password that was right is
remembered for a while: as a hash under a key that only this process has, never itself."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

import bcrypt

from windlass.coordinator.engine.people import MOST_PASSWORD, hash_of
from windlass.coordinator.engine.people_views import Identity, identity_of
from windlass.coordinator.store import users as store
from windlass.coordinator.store.db import Database
from windlass.shared.clock import Clock, SystemClock
from windlass.shared.text import is_clean

TRUSTED_FOR = 5.0  # seconds in which a user who was disabled may still be let in
REMEMBERED_FOR = 600.0  # seconds a right password is not put to bcrypt again
_MOST_REMEMBERED = 1000
_AT_ONCE = 2  # guesses that may keep processors busy


@dataclass(frozen=True)
class _Proof:
    identity: Identity
    hashed: str  # what the password was found to fit
    fresh_until: float
    until: float


class Passwords:
    def __init__(self, db: Database, clock: Clock | None = None) -> None:
        self._db = db
        self._clock = clock or SystemClock()
        self._key = secrets.token_bytes(32)
        self._proofs: OrderedDict[bytes, _Proof] = OrderedDict()
        self._lock = Lock()
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._nobody = hash_of(secrets.token_urlsafe())

    def verify(self, username: str, password: str) -> Identity | None:
        """None: not so, or disabled. It takes as long for a user nobody knows."""
        if not is_clean(username + password) or len(password.encode()) > MOST_PASSWORD:
            return None
        digest = self._digest(username, password)
        with self._lock:
            proof = self._proofs.get(digest)
        now = self._clock.monotonic()
        if proof is not None and now < proof.fresh_until:
            return proof.identity
        return self._look_up(username, password, digest, proof)

    def forget(self) -> None:
        """Something about users has changed here."""
        with self._lock:
            self._proofs.clear()

    def _look_up(
        self, username: str, password: str, digest: bytes, proof: _Proof | None
    ) -> Identity | None:
        with self._db.transaction() as tx:
            row = store.identity(tx, username)
        now = self._clock.monotonic()
        hashed = row["password"] if row and not row["disabled"] else self._nobody
        known = proof is not None and proof.hashed == hashed and now < proof.until
        right = known or self._fits(password, hashed)
        if row is None or row["disabled"] or not right:
            return None
        until = proof.until if proof is not None and known else now + REMEMBERED_FOR
        self._remember(digest, _Proof(identity_of(row), hashed, now + TRUSTED_FOR, until))
        return identity_of(row)

    def _fits(self, password: str, hashed: str) -> bool:
        with self._turns:
            return bcrypt.checkpw(password.encode(), hashed.encode())

    def _remember(self, digest: bytes, proof: _Proof) -> None:
        with self._lock:
            self._proofs[digest] = proof
            self._proofs.move_to_end(digest)
            if len(self._proofs) > _MOST_REMEMBERED:
                self._proofs.popitem(last=False)

    def _digest(self, username: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{username}\0{password}".encode(), "sha256")
