"""What needs what, as positions within one job."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Tx, Writer
from windlass.coordinator.store.rows import pages

_INSERT = """
INSERT INTO edge (job_id, parent, child)
SELECT %(job_id)s, parent, child
FROM unnest(%(parents)s::integer[], %(children)s::integer[]) AS pair (parent, child)
"""


def insert(writer: Writer, job_id: UUID, edges: Sequence[tuple[int, int]]) -> None:
    """Pairs of parent and child."""
    for page in pages(edges):
        parents, children = zip(*page, strict=True)
        writer.run(_INSERT, job_id=job_id, parents=_array(parents), children=_array(children))


_ALL = "SELECT parent, child FROM edge WHERE job_id = %(job_id)s"


def all_of(tx: Tx, job_id: UUID) -> Sequence[tuple[int, int]]:
    return [(row["parent"], row["child"]) for row in tx.all(_ALL, job_id=job_id)]


def _array(numbers: Sequence[int]) -> str:
    """A literal: Postgres reads it many times faster than a list of constants."""
    return "{" + ",".join(map(str, numbers)) + "}"
