"""Job templates and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx
from windlass.coordinator.store.job_list import COLUMNS as JOB

ADDRESS = "job_template_address"  # the constraint that keeps them apart
THERE = "job_template_there"  # of jobs: what they are made of is

_COLUMNS = """job_template.id, door, name, address, version.version, owner, spec, document, digest,
    job_template.created_at AS first_at, version.created_at"""

_NEWEST = f"""
SELECT {_COLUMNS} FROM job_template JOIN job_template_version AS version
    ON template_id = job_template.id AND version.version = job_template.version
WHERE deleted_at IS NULL
"""  # noqa: S608 - constants only

_NAMED = f"{_NEWEST} AND door = %(door)s AND name = %(name)s"
_AT = f"{_NEWEST} AND door = %(door)s AND address = %(address)s"
_PAGE = f"""
{_NEWEST} AND (%(door)s IS NULL OR door = %(door)s) AND (name, door) > (%(after)s, %(beyond)s)
ORDER BY name, door LIMIT %(limit)s
"""

_OF = f"""
SELECT {_COLUMNS} FROM job_template JOIN job_template_version AS version
    ON template_id = job_template.id
WHERE job_template.id = %(id)s
"""  # noqa: S608 - constants only
_VERSION = f"{_OF} AND version.version = %(version)s"
_VERSIONS = f"""
{_OF} AND version.version < %(before)s AND (%(digest)s IS NULL OR digest = %(digest)s)
ORDER BY version.version DESC LIMIT %(limit)s
"""


def named(tx: Tx, door: str, name: str) -> Row | None:
    """Its newest version."""
    return tx.one(_NAMED, door=door, name=name)


def at(tx: Tx, door: str, address: str) -> Row | None:
    return tx.one(_AT, door=door, address=address)


def page(tx: Tx, door: str | None, after: tuple[str, str], limit: int) -> Sequence[Row]:
    """The newest version of each, by name and door, beyond ``after``."""
    name, beyond = after
    return tx.all(_PAGE, door=door, after=name, beyond=beyond, limit=limit)


def version(tx: Tx, id: UUID, version: int) -> Row | None:
    return tx.one(_VERSION, id=id, version=version)


def versions(
    tx: Tx, id: UUID, *, before: int, limit: int, digest: str | None = None
) -> Sequence[Row]:
    """Newest first."""
    return tx.all(_VERSIONS, id=id, before=before, limit=limit, digest=digest)


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    id: UUID
    owner: str
    spec: str
    document: str
    digest: str


# Whoever finds it there waits for its row, and so do those that make jobs of it.
_CLAIM = """
INSERT INTO job_template (id, door, name, version) VALUES (%(id)s, %(door)s, %(name)s, 0)
ON CONFLICT (door, name) WHERE NOT forgetting DO UPDATE SET name = excluded.name
RETURNING id, version, settling, deleted_at IS NOT NULL OR version = 0 AS fresh
"""

_INSERT = """
WITH raised AS (
    UPDATE job_template SET version = version + 1, address = %(address)s, deleted_at = NULL,
        created_at = CASE WHEN deleted_at IS NULL THEN created_at ELSE now() END
    WHERE id = %(id)s RETURNING id, version
)
INSERT INTO job_template_version (template_id, version, owner, spec, document, digest)
SELECT id, version, %(owner)s, %(spec)s, %(document)s, %(digest)s FROM raised
RETURNING version
"""


_TURNS = "SELECT pg_advisory_xact_lock(hashtext('job_template.address'))"


def take_turns(tx: Tx) -> None:
    """Two that swapped their addresses at the same time would each wait for the other."""
    tx.run(_TURNS)


def claim(tx: Tx, id: UUID, door: str, name: str) -> Row:
    """Its row, locked: the one there is, or a new one with ``id``. ``fresh``: it was not there, or
    is deleted."""
    row = tx.one(_CLAIM, id=id, door=door, name=name)
    assert row is not None  # noqa: S101 - it returns what it wrote
    return row


def insert(tx: Tx, new: NewVersion, address: str | None) -> int:
    """Taken (``ADDRESS``): another has it."""
    hidden = {"spec": tx.safe.kept(new.spec), "document": tx.safe.kept(new.document)}
    row = tx.one(_INSERT, address=address, **{**vars(new), **hidden})
    assert row is not None  # noqa: S101 - its row is locked
    return int(row["version"])


_LOCK = """
SELECT id FROM job_template WHERE door = %(door)s AND name = %(name)s AND deleted_at IS NULL
FOR UPDATE
"""
_RETIRE = """
UPDATE job_template SET deleted_at = now(), settling = true, forgetting = %(forgetting)s
WHERE id = %(id)s
"""
_SETTLING = "SELECT id, forgetting FROM job_template WHERE settling ORDER BY id LIMIT %(limit)s"
_SETTLED = """
UPDATE job_template SET settling = false WHERE id = %(id)s AND NOT forgetting
"""
_DELETE = """
DELETE FROM job_template
WHERE id = %(id)s AND forgetting AND NOT EXISTS (SELECT FROM job WHERE template_id = %(id)s)
"""


def lock(tx: Tx, door: str, name: str) -> UUID | None:
    row = tx.one(_LOCK, door=door, name=name)
    return row["id"] if row else None


def retire(tx: Tx, id: UUID, *, forgetting: bool) -> None:
    """Nothing can be made of it from now on; what there is of it is to be dealt with."""
    tx.run(_RETIRE, id=id, forgetting=forgetting)


def settling(tx: Tx, limit: int) -> Sequence[Row]:
    """Those whose deletion is not carried out yet."""
    return tx.all(_SETTLING, limit=limit)


def settled(tx: Tx, id: UUID) -> None:
    """Its jobs are told to end; one that is to be forgotten goes when it has none left."""
    tx.run(_SETTLED, id=id)
    tx.run(_DELETE, id=id)


_OPEN = """
SELECT id FROM job WHERE template_id = %(id)s AND ended_at IS NULL AND wanted IS NULL
ORDER BY id LIMIT %(limit)s
"""
_OVER = """
SELECT id FROM job WHERE template_id = %(id)s AND ended_at IS NOT NULL ORDER BY id LIMIT %(limit)s
"""

_OTHERS = """
SELECT id FROM job
WHERE template_id = %(id)s AND audience <> ALL(%(audiences)s::bigint[])
  AND (ended_at IS NULL OR %(over)s)
LIMIT 1
"""

_JOBS = f"""
(SELECT {JOB} FROM job WHERE template_id = %(id)s AND ended_at IS NULL
 ORDER BY id DESC LIMIT %(open)s)
UNION
(SELECT {JOB} FROM job WHERE template_id = %(id)s ORDER BY id DESC LIMIT %(newest)s)
ORDER BY id DESC
"""  # noqa: S608 - constants only


def open_jobs(tx: Tx, id: UUID, limit: int) -> list[UUID]:
    """Of which no early end is wanted yet."""
    return [row["id"] for row in tx.all(_OPEN, id=id, limit=limit)]


def jobs_over(tx: Tx, id: UUID, limit: int) -> list[UUID]:
    return [row["id"] for row in tx.all(_OVER, id=id, limit=limit)]


def has_others(tx: Tx, id: UUID, audiences: Sequence[int], *, over: bool) -> bool:
    """Whether there are jobs of it for none of ``audiences``; ``over``: those that are, too."""
    return tx.one(_OTHERS, id=id, audiences=list(audiences), over=over) is not None


def jobs(tx: Tx, id: UUID, *, open: int, newest: int) -> Sequence[Row]:
    """Those that go on and the newest, newest first."""
    return tx.all(_JOBS, id=id, open=open, newest=newest)


_FAILURES = """
SELECT DISTINCT ON (job_id) job_id, reason FROM task
WHERE job_id = ANY(%(ids)s::uuid[]) AND state = 'failed' AND NOT allow_failure
  AND failing IS NULL AND NOT stale
ORDER BY job_id, ended_at, position
"""


def failures(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """Of each job the reason of its first failure."""
    return tx.all(_FAILURES, ids=list(job_ids))
