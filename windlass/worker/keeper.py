"""Renews every lease of this node, and passes on what the engine has decided.

An outage of Redis stops nothing: leases are asserted again when it is back, and what was lost
meanwhile is learnt in the same answer.
"""

from collections.abc import KeysView
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.lease import LEASE_TTL, RENEWALS, Leases, Verdict
from windlass.worker.ticker import Ticker

_GAP = 0.1  # seconds between two rounds, however many nudges come

log = logs.logger("keeper")


class Kept(Protocol):
    """Something with a lease."""

    def hear(self, verdict: Verdict) -> None:
        """After every renewal, on the keeper's thread: must not block."""


class Keeper:
    def __init__(self, leases: Leases, holder: str, lease: timedelta = LEASE_TTL) -> None:
        self._leases = leases
        self._holder = holder
        self._kept: dict[UUID, Kept] = {}
        self._away = False
        every = lease.total_seconds() / RENEWALS
        self._ticker = Ticker("keeper", self.renew, every=every, gap=_GAP)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def nudge(self) -> None:
        """Ask for the verdicts now."""
        self._ticker.wake()

    def keep(self, attempt_id: UUID, kept: Kept) -> None:
        self._kept[attempt_id] = kept

    def drop(self, attempt_id: UUID) -> None:
        self._kept.pop(attempt_id, None)

    def held(self) -> KeysView[UUID]:
        """A live view, of every attempt with a lease here."""
        return self._kept.keys()

    def renew(self) -> None:
        kept = dict(self._kept)
        if not kept:
            return
        try:
            verdicts = self._leases.renew(list(kept), self._holder)
        except RedisError as problem:
            self._note(away=True, problem=str(problem), leases=len(kept))
            return
        self._note(away=False, leases=len(kept))
        for one, verdict in zip(kept.values(), verdicts, strict=True):
            _pass_on(one, verdict)

    def bequeath(self, lasting: Leases) -> None:
        """Renew once more, by leases that last until another worker of this node takes over."""
        if ids := list(self._kept):
            lasting.renew(ids, self._holder)

    def _note(self, *, away: bool, **fields: object) -> None:
        if away != self._away:
            log.warning("leases.unrenewed" if away else "leases.asserted", **fields)
        self._away = away


def _pass_on(one: Kept, verdict: Verdict) -> None:
    try:
        one.hear(verdict)
    except Exception:  # the others shall hear theirs
        log.exception("verdict.unheard", verdict=verdict.value)
