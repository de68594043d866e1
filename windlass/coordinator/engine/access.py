"""Who may call. A secret is 256 random bits, shown once; only its digest is kept, and finding that
by an index tells an attacker's clock nothing about the secret."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from uuid import UUID

from windlass.coordinator.engine.errors import Conflict, Invalid, NotFound, Problem
from windlass.coordinator.engine.people_views import identity_of
from windlass.coordinator.engine.views import Token
from windlass.coordinator.store import tokens as store
from windlass.coordinator.store import users
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.tokens import NewToken
from windlass.shared.clock import Clock, SystemClock
from windlass.shared.text import is_clean

SCOPES = ("read", "submit", "admin")  # each includes those before it
PREFIX = "wl_"
TRUSTED_FOR = 5.0  # seconds a token is not looked up again, and a revoked one may still be heard

_SECRET = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,62}")
_MOST_TRUSTED = 1000


def create(
    db: Database, name: str, scope: str, expires_at: datetime | None = None, user: str | None = None
) -> tuple[Token, str]:
    _check(name, scope)
    secret = PREFIX + secrets.token_urlsafe(32)
    with db.transaction() as tx:
        new = NewToken(name, _digest(secret), scope, expires_at, _user_id(tx, user))
        row = store.insert(tx, new)
        if row is None:
            raise Conflict(f"there is a token or a user {name} already")
        if row["expired"]:
            raise Invalid([Problem(("expires_at",), "lies in the past", "a time to come")])
    return _token(row), secret


def bootstrap(db: Database, secret: str) -> bool:
    """Make the first token, for an operator who chose its secret; whether there was none before.
    ValueError: that is no secret of ours. Several may try at once."""
    if not _SECRET.fullmatch(secret):
        raise ValueError(f"must be {PREFIX} and 43 letters, digits, '-' or '_', chosen at random")
    with db.transaction() as tx:
        if store.all_tokens(tx):
            return False
        made = store.insert(tx, NewToken("bootstrap", _digest(secret), "admin"))
    return made is not None


def tokens(db: Database) -> Sequence[Token]:
    with db.transaction() as tx:
        return [_token(row) for row in store.all_tokens(tx)]


def revoke(db: Database, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NotFound(f"there is no token {name}")
    with db.transaction() as tx:
        if not store.delete(tx, name):
            raise NotFound(f"there is no token {name}")


def _user_id(tx: Tx, username: str | None) -> UUID | None:
    if username is None:
        return None
    id = users.id_of(tx, username) if is_clean(username) else None
    if id is None:
        raise Invalid([Problem(("user",), f"there is no user {username!r}", "a known user")])
    return id


def includes(scope: str, wanted: str) -> bool:
    """What is ``wanted`` may be done with ``scope``."""
    return SCOPES.index(scope) >= SCOPES.index(wanted)


class Callers:
    """Tells tokens by their secrets, without asking Postgres at every request."""

    def __init__(self, db: Database, clock: Clock | None = None) -> None:
        self._db = db
        self._clock = clock or SystemClock()
        self._trusted: dict[str, tuple[Token, float]] = {}
        self._lock = Lock()

    def verify(self, secret: str) -> Token | None:
        """None: unknown or expired."""
        if not _SECRET.fullmatch(secret):
            return None
        digest = _digest(secret)
        with self._lock:
            token, until = self._trusted.get(digest, (None, 0.0))
        if token is not None and self._clock.monotonic() < until:
            return token
        return self._look_up(digest)

    def forget(self) -> None:
        """Something was revoked."""
        with self._lock:
            self._trusted.clear()

    def _look_up(self, digest: str) -> Token | None:
        now = self._clock.monotonic()
        with self._db.transaction() as tx:
            row = store.valid(tx, digest)
            if row is None:
                return None
            user = users.identity_of(tx, row["user_id"]) if row["user_id"] else None
            if user is not None and user["disabled"]:
                return None
            if row["stale"]:
                store.touch(tx, row["id"])
        token = _token(row, user)
        left = TRUSTED_FOR if row["left"] is None else min(TRUSTED_FOR, row["left"])
        with self._lock:
            if len(self._trusted) >= _MOST_TRUSTED:
                self._trusted.clear()
            self._trusted[digest] = (token, now + left)
        return token


def _check(name: str, scope: str) -> None:
    problems = []
    if not _NAME.fullmatch(name):
        allowed = "1 to 63 letters, digits and _ . @ -, the first a letter or digit"
        problems.append(Problem(("name",), "is not a name for a token", allowed))
    if scope not in SCOPES:
        problems.append(Problem(("scope",), "is not a scope", ", ".join(SCOPES)))
    if problems:
        raise Invalid(problems)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Row, user: Row | None = None) -> Token:
    return Token(
        id=str(row["id"]),
        name=row["name"],
        scope=row["scope"],
        acts_for=row["username"],
        user=None if user is None else identity_of(user),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
    )
