"""How the errands that composites of a job consist of were answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windlass.coordinator.store import answers as store
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId


@dataclass(frozen=True)
class Answers:
    """``good`` are those with 200, which took ``seconds`` each on average."""

    good: int = 0
    bad: int = 0
    seconds: float = 0.0


def of_jobs(db: Database, ids: Sequence[JobId]) -> Mapping[JobId, Answers]:
    if not ids:
        return {}
    with db.transaction() as tx:
        rows = store.answers(tx, ids)
    return {row["job_id"]: Answers(row["good"], row["bad"], row["seconds"]) for row in rows}
