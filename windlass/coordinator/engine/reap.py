"""Attempts whose lease ran out are given up on, and only those.

What is missing in Redis proves nothing by itself: Redis may have been away, a report may be on its
way, this process may have slept. So an attempt must be without a lease for longer than holders need
to renew it, and everything reported before it was first missed must have been committed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import time
from uuid import UUID

from windlass.coordinator.engine import apply
from windlass.coordinator.engine.ports import Reports, Signals
from windlass.coordinator.store import out
from windlass.coordinator.store.db import Database, Row
from windlass.shared import metrics
from windlass.shared.lease import LEASE_TTL, RENEWALS, Standing
from windlass.shared.states import Reason

FIRST = UUID(int=0)


@dataclass(frozen=True)
class Pace:
    """``page``: attempts looked at in one go."""

    lease: timedelta = LEASE_TTL
    page: int = 1000

    @property
    def confirm_after(self) -> float:
        return self.asleep / RENEWALS + 2.0

    @property
    def asleep(self) -> float:
        return self.lease.total_seconds()


@dataclass(frozen=True)
class _Suspicion:
    since: float
    horizon: str


class Reaper:
    """Several may work at once; each forms its own suspicions."""

    def __init__(
        self,
        db: Database,
        signals: Signals,
        reports: Reports,
        pace: Pace = Pace(),
        clock: Callable[[], float] = time,
    ) -> None:
        self._db = db
        self._signals = signals
        self._reports = reports
        self._pace = pace
        self._clock = clock
        self._last_pass = clock()
        self._after = FIRST  # among the scheduled, of which each pass looks at one page
        self._suspects: dict[UUID, _Suspicion] = {}

    def step(self) -> float:
        self.once()
        return float("inf")

    def once(self) -> int:
        """One pass; how many were given up on."""
        now = self._clock()
        slept, self._last_pass = not 0 <= now - self._last_pass < self._pace.asleep, now
        if slept or self._signals.young():
            self._suspects.clear()
            return 0
        missing = [row for page in self._pages() for row in self._missing(page)]
        suspects, self._suspects = self._suspects, {}
        guilty = self._guilty(missing, suspects, now)
        self._suspect(missing, suspects, now)
        return self._lose(guilty)

    def _pages(self) -> Iterator[Sequence[Row]]:
        after = FIRST
        while True:
            with self._db.transaction() as tx:
                page = out.running(tx, after, self._pace.page)
            yield page
            if len(page) < self._pace.page:
                break
            after = page[-1]["id"]
        yield self._scheduled()

    def _scheduled(self) -> Sequence[Row]:
        """The next page, and those of earlier pages that are under suspicion."""
        with self._db.transaction() as tx:
            page = out.scheduled(tx, self._after, self._pace.page)
            again = out.still_scheduled(tx, list(self._suspects))
        self._after = page[-1]["id"] if len(page) == self._pace.page else FIRST
        return list({row["id"]: row for row in (*again, *page)}.values())

    def _missing(self, page: Sequence[Row]) -> Iterator[Row]:
        standings = self._signals.standings([row["id"] for row in page]) if page else []
        for row, standing in zip(page, standings, strict=True):
            if _is_missing(row, standing):
                yield row

    def _guilty(
        self, missing: Sequence[Row], suspects: Mapping[UUID, _Suspicion], now: float
    ) -> list[Row]:
        ripe = {
            id: suspicion.horizon
            for id, suspicion in suspects.items()
            if now - suspicion.since >= self._pace.confirm_after
        }
        reached = {horizon for horizon in {*ripe.values()} if self._reports.committed(horizon)}
        return [row for row in missing if ripe.get(row["id"]) in reached]

    def _suspect(
        self, missing: Sequence[Row], earlier: Mapping[UUID, _Suspicion], now: float
    ) -> None:
        if missing:
            fresh = _Suspicion(now, self._reports.horizon())
            self._suspects = {row["id"]: earlier.get(row["id"], fresh) for row in missing}

    def _lose(self, guilty: Sequence[Row]) -> int:
        if not guilty:
            return 0
        count = apply.lose(self._db, self._signals, [_loss(row) for row in guilty])
        metrics.lost.inc(count)
        return count


def _is_missing(row: Row, standing: Standing) -> bool:
    """A scheduled attempt whose ticket is open, or gone with all of Redis, is dispatch's affair,
    unless its claimer has been told to stop: then nobody dispatches it again."""
    if standing.holder is not None:
        return False
    return row["state"] == "running" or row["cancelling"] or standing.ticket == "spent"


def _loss(row: Row) -> apply.Loss:
    node = row["node"] or "its node"
    if row["overdue"]:
        return apply.Loss(row["id"], Reason.TIMEOUT, f"out of time, and {node} fell silent")
    return apply.Loss(row["id"], Reason.NODE_LOST, f"{node} fell silent")
