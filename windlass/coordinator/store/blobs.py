"""Files that jobs are given, in pieces; and the names under which their owners find them."""

import struct
from collections.abc import Iterable, Sequence
from uuid import UUID

from windlass.coordinator.store.copying import Rows
from windlass.coordinator.store.db import Tx, Writer

_INSERT = """
INSERT INTO blob (digest, size) VALUES (%(digest)s, %(size)s)
ON CONFLICT (digest) DO UPDATE SET used_at = now() RETURNING (xmax = 0) AS is_new
"""
_COPY = "COPY blob_piece (digest, number, data) FROM STDIN (FORMAT binary)"

_NAME = """
INSERT INTO package (door, owner, name, digest)
VALUES (%(door)s, %(owner)s, %(name)s, %(digest)s)
ON CONFLICT (door, owner, name) DO UPDATE SET digest = excluded.digest, used_at = now()
"""

_FIND = """
WITH found AS (
    UPDATE package SET used_at = now()
    WHERE door = %(door)s AND owner = %(owner)s AND name = %(name)s RETURNING digest
)
UPDATE blob SET used_at = now() FROM found WHERE blob.digest = found.digest RETURNING blob.digest
"""

_GIVE = """
INSERT INTO job_blob (job_id, digest)
SELECT %(job_id)s, digest FROM blob WHERE digest = ANY(%(digests)s)
"""

_PIECES = """
SELECT data FROM blob_piece WHERE digest = %(digest)s AND number >= %(first)s
ORDER BY number LIMIT %(count)s
"""

_FORGET_NAMES = """
DELETE FROM package WHERE ctid IN (
    SELECT ctid FROM package WHERE used_at < now() - make_interval(secs => %(age)s)
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
"""

# A job that is not over may yet need its files, and so may those made of a template.
_FORGET = """
DELETE FROM blob WHERE digest IN (
    SELECT digest FROM blob WHERE used_at < now() - make_interval(secs => %(age)s)
    AND NOT EXISTS (SELECT FROM package WHERE package.digest = blob.digest)
    AND NOT EXISTS (SELECT FROM job_template_blob AS kept WHERE kept.digest = blob.digest)
    AND NOT EXISTS (
        SELECT FROM job_blob JOIN job ON job.id = job_id
        WHERE job_blob.digest = blob.digest AND job.ended_at IS NULL
    )
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
"""


def insert(tx: Tx, digest: str, size: int, pieces: Iterable[bytes]) -> None:
    """Its bytes are read only where they are not stored yet."""
    row = tx.one(_INSERT, digest=digest, size=size)
    if row is None or not row["is_new"]:
        return
    name = digest.encode()
    for number, data in enumerate(pieces):
        rows = Rows()
        rows.add(name, struct.pack(">i", number), data)
        tx.copy(_COPY, rows.finished())


def name(tx: Tx, place: tuple[str, str, str], digest: str) -> None:
    """``place``: door, owner and name."""
    door, owner, name = place
    tx.run(_NAME, door=door, owner=owner, name=name, digest=digest)


def find(tx: Tx, place: tuple[str, str, str]) -> str | None:
    """Its digest; from now on it counts as used."""
    door, owner, name = place
    row = tx.one(_FIND, door=door, owner=owner, name=name)
    return row["digest"] if row else None


def give(writer: Writer, job_id: UUID, digests: Sequence[str]) -> None:
    """This job needs them until it is over."""
    writer.run(_GIVE, job_id=job_id, digests=list(digests))


_KEEP = """
INSERT INTO job_template_blob (template_id, digest)
SELECT %(template_id)s, digest FROM blob WHERE digest = ANY(%(digests)s) ON CONFLICT DO NOTHING
"""


def keep(tx: Tx, template_id: UUID, digests: Sequence[str]) -> None:
    """Jobs made of this template need them."""
    tx.run(_KEEP, template_id=template_id, digests=list(digests))


def pieces(tx: Tx, digest: str, first: int, count: int) -> Sequence[bytes]:
    return [bytes(row["data"]) for row in tx.all(_PIECES, digest=digest, first=first, count=count)]


def forget(tx: Tx, age: float, limit: int) -> int:
    """What nobody has used for so many seconds; how much that was."""
    return tx.run(_FORGET_NAMES, age=age, limit=limit) + tx.run(_FORGET, age=age, limit=limit)
