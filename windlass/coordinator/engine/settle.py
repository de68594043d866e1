"""The last step of an attempt: its log is complete, and its node may forget it."""

from collections.abc import Sequence

from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.store import attempts, logs
from windlass.coordinator.store.db import Database, Row
from windlass.shared.lease import Verdict

PATIENCE = 15.0  # seconds the logbook may be behind: what is overdue was sent before that


def settle(db: Database, signals: Signals, limit: int) -> int:
    """Tell nodes of attempts whose log is complete; ask again for logs of which a part was lost on
    the way; give up on those nobody can send any more. How many have been settled.

    Told before it is committed: a crash in between repeats it.
    """
    with db.transaction() as tx:
        rows = attempts.unsettled(tx, limit)
        done = [row for row in rows if row["complete"] or row["hopeless"]]
        attempts.settled(tx, [row["id"] for row in done])
        logs.close(tx, [row["id"] for row in done if not row["complete"]])
        missing = [row for row in rows if row["overdue"] and row not in done]
        if missing and signals.log_delay() > PATIENCE:
            missing = []
        attempts.resend(tx, [row["id"] for row in missing])
        _judge(signals, done, Verdict.SETTLED)
        _judge(signals, missing, Verdict.RESEND)
    return len(done)


def _judge(signals: Signals, rows: Sequence[Row], verdict: Verdict) -> None:
    if rows:
        nodes = sorted({row["node"] for row in rows if row["node"]})
        signals.judge([row["id"] for row in rows], verdict, nodes)
