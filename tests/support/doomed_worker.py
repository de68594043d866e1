"""A worker that kills its own process at the moment named in DOOM; one whose clock is mad."""

import os
import signal
import sys
from datetime import datetime, timedelta
from itertools import cycle
from uuid import UUID

from windlass.shared.clock import SystemClock
from windlass.shared.events import AnyEvent, AttemptFinished
from windlass.shared.lease import NOBODYS, Leases
from windlass.worker import main, wiring
from windlass.worker.reporter import Reporter


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class BeforeClaim(Leases):
    def claim(self, attempt_id: UUID, holder: str, job_id: UUID = NOBODYS) -> bool:
        die()
        return False


class AfterClaim(Leases):
    def claim(self, attempt_id: UUID, holder: str, job_id: UUID = NOBODYS) -> bool:
        claimed = super().claim(attempt_id, holder, job_id)
        die()
        return claimed


class BeforeReport(Reporter):
    def report(self, event: AnyEvent) -> None:
        if isinstance(event, AttemptFinished):
            die()
        super().report(event)


class MadClock(SystemClock):
    """An hour ahead, an hour behind, and so on."""

    _jumps = cycle([timedelta(hours=1), timedelta(hours=-1)])

    def now(self) -> datetime:
        return super().now() + next(self._jumps)


DOOMS = {
    "before claim": ("Leases", BeforeClaim),
    "after claim": ("Leases", AfterClaim),
    "before report": ("Reporter", BeforeReport),
    "clock": ("SystemClock", MadClock),
}

if __name__ == "__main__":
    part, doomed = DOOMS[os.environ["DOOM"]]
    setattr(wiring, part, doomed)
    sys.exit(main.main())
