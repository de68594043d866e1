"""What stands in the database, for tests that look there."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Database, Row
from windlass.shared.ids import JobId


def rows(db: Database, table: str, ids: Sequence[UUID]) -> Sequence[Row]:
    """In the order of their ids."""
    with db.transaction() as tx:
        return tx.all(
            f"SELECT * FROM {table} WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id",  # noqa: S608 - names of ours
            ids=list(ids),
        )


def row(db: Database, table: str, id: UUID) -> Row:
    return rows(db, table, [id])[0]


def job_of(db: Database, id: JobId) -> Row:
    return row(db, "job", id)


def tasks_of(db: Database, job_id: JobId) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all("SELECT * FROM task WHERE job_id = %(id)s ORDER BY position", id=job_id)


def states_of(db: Database, job_id: JobId) -> dict[str, str]:
    """Of its tasks, by key; skipped ones with their reason."""
    return {
        task["key"]: f"skipped:{task['reason']}" if task["state"] == "skipped" else task["state"]
        for task in tasks_of(db, job_id)
    }


def task_of(db: Database, job_id: JobId, key: str) -> Row:
    return next(task for task in tasks_of(db, job_id) if task["key"] == key)


def attempts_of(db: Database, job_id: JobId) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all(
            "SELECT attempt.*, task.key FROM attempt JOIN task ON task.id = task_id"
            " WHERE attempt.job_id = %(id)s ORDER BY task.position, attempt.number",
            id=job_id,
        )


def history_of(db: Database, entity_id: UUID) -> list[tuple[str | None, str, str]]:
    with db.transaction() as tx:
        found = tx.all(
            "SELECT was, became, reason FROM history WHERE entity_id = %(id)s ORDER BY id",
            id=entity_id,
        )
    return [(row["was"], row["became"], row["reason"]) for row in found]


def state_of(db: Database, id: UUID) -> str:
    """Of an attempt."""
    return str(row(db, "attempt", id)["state"])


def age(db: Database, id: UUID, column: str, seconds: float) -> None:
    """Let a time of an attempt lie that much further in the past."""
    with db.transaction() as tx:
        tx.run(
            f"UPDATE attempt SET {column} = {column} - make_interval(secs => %(by)s)"  # noqa: S608 - names of ours
            " WHERE id = %(id)s",
            by=seconds,
            id=id,
        )
