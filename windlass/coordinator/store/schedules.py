"""The schedule table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx


@dataclass(frozen=True, kw_only=True)
class NewSchedule:
    id: UUID
    door: str
    owner: str
    name: str
    description: str
    tags: list[str]
    cron: str
    timezone: str
    catch_up: str
    overlap: str
    spec: str
    document: str | None
    next_at: datetime
    audience: int = 0  # of its jobs as well


_COLUMNS = """id, door, owner, name, description, tags, cron, timezone, catch_up, overlap, paused,
    spec, document, next_at, last_at, last_job, error, created_at"""

_INSERT = f"""
INSERT INTO schedule (id, door, owner, name, description, tags, cron, timezone, catch_up, overlap,
                      spec, document, next_at, audience)
VALUES (%(id)s, %(door)s, %(owner)s, %(name)s, %(description)s, %(tags)s::text[], %(cron)s,
        %(timezone)s, %(catch_up)s, %(overlap)s, %(spec)s, %(document)s, %(next_at)s,
        %(audience)s)
RETURNING {_COLUMNS}
"""  # noqa: S608 - constants only


def insert(tx: Tx, schedule: NewSchedule) -> Row:
    """As it was stored."""
    values = dict(vars(schedule))
    values["spec"] = tx.safe.kept(schedule.spec)
    if schedule.document is not None:
        values["document"] = tx.safe.kept(schedule.document)
    row = tx.one(_INSERT, **values)
    assert row is not None  # noqa: S101 - an insert that was not refused returns its row
    return row


_ONE = f"SELECT {_COLUMNS} FROM schedule WHERE id = %(id)s AND NOT doomed"  # noqa: S608 - constants only
_LOCKED = f"{_ONE} FOR UPDATE"


def one(tx: Tx, id: UUID) -> Row | None:
    return tx.one(_ONE, id=id)


def lock(tx: Tx, id: UUID) -> Row | None:
    return tx.one(_LOCKED, id=id)


_WHERE = """
NOT doomed AND (%(door)s::text IS NULL OR door = %(door)s)
    AND (%(owner)s::text IS NULL OR owner = %(owner)s)
    AND (%(audiences)s::bigint[] IS NULL OR audience = ANY(%(audiences)s::bigint[]))
"""
_PAGE = f"""
SELECT {_COLUMNS} FROM schedule WHERE {_WHERE}
ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 - constants only
_COUNT = f"SELECT count(*) AS schedules FROM schedule WHERE {_WHERE}"  # noqa: S608 - constants only


@dataclass(frozen=True)
class Wanted:
    """All given must hold."""

    door: str | None = None
    owner: str | None = None
    audiences: tuple[int, ...] | None = None


def page(tx: Tx, wanted: Wanted, limit: int, offset: int) -> tuple[Sequence[Row], int]:
    """Newest first, and how many there are in all."""
    audiences = None if wanted.audiences is None else list(wanted.audiences)
    values = {"door": wanted.door, "owner": wanted.owner, "audiences": audiences}
    rows = tx.all(_PAGE, limit=limit, offset=offset, **values)
    counted = tx.one(_COUNT, **values)
    return rows, counted["schedules"] if counted else 0


_PAUSE = "UPDATE schedule SET paused = true WHERE id = %(id)s AND NOT paused AND NOT doomed"


def pause(tx: Tx, id: UUID) -> bool:
    """False: it is not going on."""
    return bool(tx.run(_PAUSE, id=id))


_RESUME = """
UPDATE schedule SET paused = false, next_at = %(next_at)s
WHERE id = %(id)s AND paused AND NOT doomed
"""


def resume(tx: Tx, id: UUID, next_at: datetime) -> bool:
    """False: it is not paused."""
    return bool(tx.run(_RESUME, id=id, next_at=next_at))


_DELETE = "DELETE FROM schedule WHERE id = %(id)s"
_FORGET = "DELETE FROM schedule_fire WHERE schedule_id = %(id)s"


def delete(tx: Tx, id: UUID) -> None:
    with tx.together() as batch:
        batch.run(_FORGET, id=id)
        batch.run(_DELETE, id=id)


_DOOM = "UPDATE schedule SET doomed = true WHERE id = %(id)s AND NOT doomed"


def doom(tx: Tx, id: UUID) -> bool:
    """It is gone for everybody; its jobs have yet to go. False: there is no such schedule."""
    return bool(tx.run(_DOOM, id=id))
