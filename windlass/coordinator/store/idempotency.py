"""Which request made which job, so that the same request again makes no second one."""

from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx, Writer

CONSTRAINT = "idempotency_pkey"


@dataclass(frozen=True)
class Key:
    """Each caller's keys are its own."""

    door: str
    owner: str
    key: str


_INSERT = """
INSERT INTO idempotency (door, owner, key, fingerprint, job_id)
VALUES (%(door)s, %(owner)s, %(key)s, %(fingerprint)s, %(job_id)s)
"""


def insert(writer: Writer, key: Key, fingerprint: str, job_id: UUID) -> None:
    """Taken (``CONSTRAINT``): the key is known; waits for whoever is storing it now."""
    writer.run(_INSERT, **vars(key), fingerprint=fingerprint, job_id=job_id)


_FIND = """
SELECT fingerprint, job_id FROM idempotency
WHERE door = %(door)s AND owner = %(owner)s AND key = %(key)s
"""


def find(tx: Tx, key: Key) -> Row | None:
    return tx.one(_FIND, **vars(key))
