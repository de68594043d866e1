"""Bring what is stored under the keys that seal now: what older keys have sealed, and what was
written before there was any.

Tables are gone through block by block: a row is found by where it lies, so nothing is sorted. Rows
that somebody holds are left for another round: nobody waits for us, and we wait for nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import sleep

from windlass.coordinator.store import seal_keys
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.rows import packed
from windlass.coordinator.store.safe import Safe
from windlass.shared.sealing import Ring, is_sealed

_BLOCKS = 100  # of 8 KB, at once
_REST = 0.5  # seconds for whoever holds a row to be done with it


@dataclass(frozen=True)
class _Column:
    table: str
    name: str
    seal: Callable[[str, bool], str]
    ring: Ring
    secretive: str = "false"  # in SQL: whether its job has secrets


_OF_JOB = "coalesce((SELECT secretive FROM job WHERE job.id = {table}.job_id), false)"

_BLOCKS_OF = "SELECT pg_relation_size('{table}') / current_setting('block_size')::bigint AS blocks"

_LOCK = """
SELECT ctid::text AS place, {name} AS text, {secretive} AS secretive FROM {table}
WHERE ctid >= format('(%%s,0)', %(first)s::bigint)::tid
    AND ctid < format('(%%s,0)', %(last)s::bigint)::tid AND {name} IS NOT NULL
FOR NO KEY UPDATE SKIP LOCKED
"""

_WRITE = """
UPDATE {table} SET {name} = fresh.text
FROM json_to_recordset(%(rows)s) AS fresh (place text, text text)
WHERE ctid = fresh.place::tid
"""

# Nine characters name the key.
_STALE = r"""
SELECT EXISTS (
    SELECT FROM {table} WHERE {name} LIKE E'\x01%%' AND left({name}, 9) <> ALL(%(marks)s::text[])
) AS stale
"""


def reseal(db: Database, safe: Safe) -> int:
    """How many texts were sealed anew; what other keys have sealed is no more when it returns.

    Unreadable: something is sealed with a key that is not here. Others may go on meanwhile, if
    the key that seals is the same with all of them.
    """
    count = 0
    columns = _columns(safe)
    while True:
        count += sum(_pass(db, safe, column) for column in columns)
        with db.transaction() as tx:
            if not any(_is_stale(tx, column) for column in columns):
                seal_keys.forget(tx, [*safe.rest.names[:1], *safe.orders.names[:1]])
                return count
        sleep(_REST)


def _columns(safe: Safe) -> list[_Column]:
    kept = (
        ("job", "spec", "secretive"),
        ("task", "spec", _OF_JOB),
        ("task", "scope", _OF_JOB),
        ("document", "content", _OF_JOB),
        ("schedule", "spec", "false"),
        ("schedule", "document", "false"),
        ("job_template_version", "spec", "false"),
        ("job_template_version", "document", "false"),
    )
    return [
        *(_Column(table, name, safe.kept, safe.rest, sql) for table, name, sql in kept),
        _Column("attempt", "message", safe.order, safe.orders, _OF_JOB),
    ]


def _pass(db: Database, safe: Safe, column: _Column) -> int:
    count = 0
    with db.reading() as tx:
        row = tx.one(_BLOCKS_OF.format(table=column.table))
    for first in range(0, row["blocks"] if row else 0, _BLOCKS):
        with db.transaction() as tx:
            found = tx.all(_of(column, _LOCK), first=first, last=first + _BLOCKS)
            fresh = list(_resealed(found, safe, column))
            if fresh:
                count += tx.run(_of(column, _WRITE), rows=packed(fresh))
    return count


def _resealed(rows: Sequence[Row], safe: Safe, column: _Column) -> Iterator[dict[str, str]]:
    for row in rows:
        if not column.ring.is_current(row["text"]):
            plain = safe.open(row["text"])
            text = column.seal(plain, row["secretive"] or is_sealed(row["text"]))
            if text != row["text"]:
                yield {"place": row["place"], "text": text}


def _is_stale(tx: Tx, column: _Column) -> bool:
    marks = [f"\x01{name}" for name in column.ring.names[:1]]
    row = tx.one(_of(column, _STALE), marks=marks)
    return row is not None and bool(row["stale"])


def _of(column: _Column, sql: str) -> str:
    of_job = column.secretive.format(table=column.table)
    return sql.format(table=column.table, name=column.name, secretive=of_job)
