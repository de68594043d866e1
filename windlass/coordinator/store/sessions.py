"""Sessions of people who have logged in at a door. Only digests of the secrets are ever here."""

from windlass.coordinator.store.db import Row, Tx

_INSERT = """
INSERT INTO session (digest, door, username, proof)
VALUES (%(digest)s, %(door)s, %(username)s, %(proof)s)
"""

_BY_DIGEST = """
SELECT username, proof, used_at < now() - interval '1 minute' AS stale,
    used_at < now() - make_interval(secs => %(idle)s) AS expired
FROM session WHERE digest = %(digest)s AND door = %(door)s
"""

# Whoever is writing the same at this moment does it for us too.
_TOUCH = """
UPDATE session SET used_at = now()
WHERE digest IN (SELECT digest FROM session WHERE digest = %(digest)s FOR UPDATE SKIP LOCKED)
"""

_DELETE = "DELETE FROM session WHERE digest = %(digest)s"

_FORGET = """
DELETE FROM session WHERE digest IN (
    SELECT digest FROM session WHERE used_at < now() - make_interval(secs => %(age)s)
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
"""


def insert(tx: Tx, digest: str, door: str, username: str, proof: str) -> None:
    tx.run(_INSERT, digest=digest, door=door, username=username, proof=proof)


def find(tx: Tx, door: str, digest: str, idle: float) -> Row | None:
    """By Postgres's clock: ``stale``, its use was not noted within the last minute; ``expired``,
    it was not used for ``idle`` seconds."""
    return tx.one(_BY_DIGEST, digest=digest, door=door, idle=idle)


def touch(tx: Tx, digest: str) -> None:
    tx.run(_TOUCH, digest=digest)


def delete(tx: Tx, digest: str) -> None:
    tx.run(_DELETE, digest=digest)


def forget(tx: Tx, age: float, limit: int) -> int:
    """Those not used for so many seconds; how many."""
    return tx.run(_FORGET, age=age, limit=limit)
