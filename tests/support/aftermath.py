"""What must hold after every bad day: an end, a legal history, one outcome, nothing left behind."""

from pathlib import Path
from uuid import UUID

from crash.history import has_two_outcomes, wrong_moves
from windlass.coordinator.store.db import Database


def everything_of(db: Database, job: UUID) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The job's history, and the state of all that belongs to it by id."""
    with db.transaction() as tx:
        rows = tx.all("SELECT * FROM history WHERE job_id = %(id)s ORDER BY id", id=job)
        found = tx.all(
            "SELECT id, state FROM job WHERE id = %(id)s"
            " UNION ALL SELECT id, state FROM task WHERE job_id = %(id)s"
            " UNION ALL SELECT id, state FROM attempt WHERE job_id = %(id)s",
            id=job,
        )
    states = {str(row["id"]): row["state"] for row in found}
    return [{**row, "entity_id": str(row["entity_id"])} for row in rows], states


def assert_sound(db: Database, job: UUID) -> None:
    history, states = everything_of(db, job)
    assert list(wrong_moves(history, states)) == []
    assert has_two_outcomes(history) == set()


def is_settled(db: Database, job: UUID) -> bool:
    """Over, and its nodes have been told so."""
    with db.transaction() as tx:
        open_ones = tx.all(
            "SELECT 1 FROM job WHERE id = %(id)s AND ended_at IS NULL UNION ALL"
            " SELECT 1 FROM attempt WHERE job_id = %(id)s AND NOT settled",
            id=job,
        )
    return not open_ones


def left_behind(state_dir: Path) -> list[Path]:
    """Directories of attempts; each has its processes while they live."""
    return list(state_dir.glob("*/process/*/*-*-*-*-*"))
