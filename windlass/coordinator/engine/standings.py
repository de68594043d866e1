"""How jobs stand, for doors that show them by a number of their own and by owner."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from windlass.coordinator.engine import showing
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.logbook import size_of
from windlass.coordinator.engine.outlook_views import Numbered, Owned, Standing
from windlass.coordinator.engine.patience import patient
from windlass.coordinator.store import attempt_reads, log_reads
from windlass.coordinator.store import standings as store
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.shared.states import ATTEMPT, AttemptState
from windlass.shared.text import is_clean

_MOST_OFFSET = 1 << 40


def one(db: Database, door: str, external_id: str) -> Standing:
    if is_clean(door + external_id):
        with db.transaction() as tx:
            row = store.one(tx, door, external_id)
            if row is not None:
                return _standings(tx, [row])[0]
    raise NotFound(f"there is no job {external_id}")


def page(db: Database, owned: Owned, *, limit: int, offset: int) -> Numbered[Standing]:
    if not is_clean("".join((owned.owner or "", owned.external_id or "", *owned.tags))):
        return Numbered((), 0)
    with patient(db, "a shorter time") as tx:
        total = store.count(tx, owned)
        rows = store.page(tx, owned, limit, min(offset, _MOST_OFFSET)) if total else ()
        return Numbered(_standings(tx, rows), total)


def count(db: Database, owned: Owned) -> int:
    if not is_clean("".join((owned.owner or "", *owned.tags))):
        return 0
    with patient(db, "a shorter time") as tx:
        return store.count(tx, owned)


def _standings(tx: Tx, rows: Sequence[Row]) -> list[Standing]:
    ids = [row["id"] for row in rows]
    attempts = {row["job_id"]: row for row in attempt_reads.newest(tx, ids)} if ids else {}
    doubtful = [row["id"] for row in attempts.values() if _is_doubtful(row)]
    ended = _ended(tx, doubtful) if doubtful else {}
    return [_standing(row, attempts.get(row["id"]), ended) for row in rows]


def _standing(row: Row, attempt: Row | None, ended: Mapping[UUID, bool]) -> Standing:
    return Standing(
        job=showing.job(row),
        attempt=showing.attempt(attempt) if attempt else None,
        furthest=row["furthest"] or 0.0,
        told=attempt is None or _is_told(attempt, ended),
    )


def _is_told(attempt: Row, ended: Mapping[UUID, bool]) -> bool:
    return bool(attempt["settled"]) or ended.get(attempt["id"], False)


def _is_doubtful(attempt: Row) -> bool:
    return ATTEMPT.is_final(AttemptState(attempt["state"])) and not attempt["settled"]


def _ended(tx: Tx, ids: Sequence[UUID]) -> Mapping[UUID, bool]:
    return {row["id"]: size_of(row).ended for row in log_reads.reach(tx, ids)}
