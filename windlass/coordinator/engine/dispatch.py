"""Due attempts go to the broker; those that seem to have got stuck there go once more.

Committed first, published then: what is still pending has never been with the broker, whatever
Redis has forgotten. A crash in between leaves an attempt that nobody claims. It goes out as any
other does that got stuck: by the republisher, which asks for ticket and holder first.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from uuid import UUID

from windlass.coordinator.engine import placement
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away, Due, Publisher, Signals
from windlass.coordinator.store import due, placing
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.transitions import Move, move
from windlass.shared import metrics
from windlass.shared.queues import at_broker
from windlass.shared.states import ATTEMPT, AttemptState

FIRST = UUID(int=0)
# Seconds after which a dispatcher that was frozen leaves its batch to the republisher, which asks
# first: somebody else may have sent it, and it may have run and be forgotten by Redis.
STALE = 60.0


def dispatch_due(
    db: Database, publisher: Publisher, limit: int, clock: Callable[[], float] = monotonic
) -> int:
    """Hand over what is due, most urgent first; how many that were."""
    began = clock()
    rows = _schedule(db, publisher, limit)
    if not rows:
        return 0
    if clock() - began > STALE:
        _unsent(db, rows)
        return len(rows)
    try:
        publisher.publish(_as_due(rows))
    except Away:
        _unsent(db, rows)
        raise
    metrics.dispatched.inc(len(rows))
    for row in rows:
        metrics.dispatch_seconds.observe(row["late"])
    return len(rows)


def _schedule(db: Database, publisher: Publisher, limit: int) -> Sequence[Row]:
    with db.transaction() as tx:
        rows = _placed(tx, due.take(tx, limit))
        if rows:
            publisher.check()  # or an outage would schedule what it cannot send
            wishes = [Move(row["id"], columns={"placed": row["placed"]}) for row in rows]
            move(tx, ATTEMPT, AttemptState.SCHEDULED, wishes)
    return rows


def _placed(tx: Tx, rows: Sequence[Row]) -> Sequence[Row]:
    """Those that can go out, with the node each is meant for; the others come again."""
    if all(row["cpus"] is None and row["memory"] is None for row in rows):
        return [{**row, "placed": None} for row in rows]
    places = placement.place(rows, map(placement.room_of, placing.rooms(tx)))
    return [{**row, "placed": places[row["id"]]} for row in rows if row["id"] in places]


def _unsent(db: Database, rows: Sequence[Row]) -> None:
    with suppress(Unavailable), db.transaction() as tx:  # or they go out a little later
        due.unsent(tx, [row["id"] for row in rows])


class Dispatcher:
    def __init__(self, db: Database, publisher: Publisher, limit: int = 500) -> None:
        self._db = db
        self._publisher = publisher
        self._limit = limit

    def step(self) -> float:
        """Rests until the next attempt is due."""
        if dispatch_due(self._db, self._publisher, self._limit) == self._limit:
            return 0.0
        with self._db.reading() as tx:
            rest = due.soonest(tx)
        return float("inf") if rest is None else max(rest, 0.001)


class Republisher:
    """Scheduled attempts that no worker claims, in pages from step to step.

    A queue that still holds as many messages as it has attempts has lost none, and is left alone.
    """

    def __init__(
        self, db: Database, publisher: Publisher, signals: Signals, limit: int = 500
    ) -> None:
        self._db = db
        self._publisher = publisher
        self._signals = signals
        self._limit = limit
        self._after = FIRST

    def step(self) -> float:
        if self._signals.young():  # nobody has claimed it, or that is not known again yet
            return float("inf")
        queues, empty = self._short_queues()
        seen = self._page(queues, empty) if queues else []
        self._after = seen[-1] if len(seen) == self._limit else FIRST
        return 0.0 if self._after != FIRST else float("inf")

    def _short_queues(self) -> tuple[list[str], list[str]]:
        """Queues with fewer messages than attempts, and those of them with none."""
        with self._db.transaction() as tx:
            placing.unplace(tx)
            waiting = due.waiting(tx)
        depths = {queue: self._publisher.depth(queue) for queue in waiting}
        short = [queue for queue, attempts in waiting.items() if depths[queue] < attempts]
        return short, [queue for queue in short if depths[queue] == 0]

    def _page(self, queues: Sequence[str], empty: Sequence[str]) -> list[UUID]:
        with self._db.transaction() as tx:
            rows = due.take_stuck(tx, queues, empty, self._after, self._limit)
            unclaimed = self._unclaimed(rows) if rows else []
            if unclaimed:
                self._publisher.publish(_as_due(unclaimed))
                due.published_again(tx, [row["id"] for row in unclaimed])
        metrics.republished.inc(len(unclaimed))
        return [row["id"] for row in rows]

    def _unclaimed(self, rows: Sequence[Row]) -> list[Row]:
        standings = self._signals.standings([row["id"] for row in rows])
        if self._signals.young():  # emptied since the step began: these answers prove nothing
            return []
        return [
            row
            for row, standing in zip(rows, standings, strict=True)
            if standing.ticket != "spent" and standing.holder is None
        ]


def _as_due(rows: Sequence[Row]) -> list[Due]:
    return [
        Due(
            row["id"],
            at_broker(row["queue"], row.get("placed")),
            row["priority"],
            row["message"],
        )
        for row in rows
    ]
