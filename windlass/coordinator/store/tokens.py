"""Tokens: who may call. Only digests of secrets are ever here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_COLUMNS = """id, name, scope, user_id, created_at, expires_at, used_at,
    (SELECT username FROM users WHERE users.id = user_id) AS username"""

_INSERT = f"""
INSERT INTO token (id, name, digest, scope, expires_at, user_id)
SELECT gen_random_uuid(), %(name)s, %(digest)s, %(scope)s, %(expires_at)s, %(user_id)s
WHERE NOT EXISTS (SELECT FROM users WHERE username = %(name)s)
ON CONFLICT (name) DO NOTHING
RETURNING {_COLUMNS}, coalesce(expires_at <= now(), false) AS expired
"""  # noqa: S608 - constants only

_ALL = f"SELECT {_COLUMNS} FROM token ORDER BY name"  # noqa: S608 - constants only

_DELETE = "DELETE FROM token WHERE name = %(name)s"

_BY_DIGEST = f"""
SELECT {_COLUMNS}, extract(epoch FROM expires_at - now())::float8 AS left,
    coalesce(used_at < now() - interval '1 minute', true) AS stale
FROM token WHERE digest = %(digest)s AND (expires_at IS NULL OR expires_at > now())
"""  # noqa: S608 - constants only

# Whoever is writing the same at this moment does it for us too.
_TOUCH = """
UPDATE token SET used_at = now()
WHERE id IN (SELECT id FROM token WHERE id = %(id)s FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True)
class NewToken:
    name: str
    digest: str
    scope: str
    expires_at: datetime | None = None
    user_id: UUID | None = None


def insert(tx: Tx, token: NewToken) -> Row | None:
    """With ``expired``; None: the name is taken, be it by a user."""
    return tx.one(_INSERT, **vars(token))


def all_tokens(tx: Tx) -> Sequence[Row]:
    return tx.all(_ALL)


def delete(tx: Tx, name: str) -> bool:
    return tx.run(_DELETE, name=name) > 0


def valid(tx: Tx, digest: str) -> Row | None:
    """By Postgres's clock; with the seconds that are ``left``, and ``stale``: its use was not noted
    within the last minute."""
    return tx.one(_BY_DIGEST, digest=digest)


def touch(tx: Tx, id: UUID) -> None:
    tx.run(_TOUCH, id=id)
