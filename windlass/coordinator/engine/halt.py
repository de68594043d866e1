"""Parts of composites that end early because a sibling failed, while their job goes on."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from windlass.coordinator.engine import activate, advance, cancel
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import attempts, composites, jobs
from windlass.coordinator.store.db import Database
from windlass.shared.states import AttemptState


def halt_soon(db: Database, signals: Signals, job_ids: Sequence[UUID]) -> None:
    """Now if possible: what shall end is committed, so what fails here is the loop's to repeat."""
    with suppress(Away, Unavailable):
        halt(db, signals, job_ids)


def carry_out(db: Database, signals: Signals, limit: int) -> int:
    """Go on stopping what shall end early; how many jobs have been looked at."""
    with db.transaction() as tx:
        ids = composites.halting(tx, limit)
    while ids and halt(db, signals, ids):
        pass
    return len(ids)


def halt(db: Database, signals: Signals, job_ids: Sequence[UUID]) -> bool:
    """One pass over these jobs; True: there is more. As in ``cancel``, Redis is asked between two
    transactions."""
    with db.transaction() as tx:
        turn = Turn(tx, jobs.lock(tx, job_ids))
        waiting = composites.waiting(tx, sorted(turn.jobs), cancel.PAGE, all=False)
        advance.end(turn, [cancel.ending_of(turn, row, row["id"]) for row in waiting])
        rows = composites.open_of(tx, sorted(turn.jobs), cancel.PAGE)
        out = cancel.cancel_pending(turn, rows)
        activate.start_ready(turn)
    turn.tell(signals)
    revoked, told = cancel.take_back(signals, out)
    with db.transaction() as tx:
        turn = Turn(tx, jobs.lock(tx, job_ids))
        cancel.cancel_attempts(turn, revoked, [AttemptState.PENDING, AttemptState.SCHEDULED])
        attempts.cancelling(tx, [row["id"] for row in told])
        activate.start_ready(turn)
    turn.tell(signals)
    if turn.stopping:
        cancel.stop_soon(db, signals, sorted(turn.stopping))
    return cancel.PAGE in (len(waiting), len(rows))
