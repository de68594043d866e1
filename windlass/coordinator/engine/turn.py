"""What one transaction does to the jobs it has locked, step by step, and whom to tell after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from windlass.coordinator.engine.endings import Endings
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.store.db import Row, Tx


@dataclass
class Turn:
    """``jobs`` is how they stood when they were locked; the sets grow as things happen."""

    tx: Tx
    jobs: Mapping[UUID, Row]
    ready: list[UUID] = field(default_factory=list)  # tasks that wait for nothing any more
    changed: set[UUID] = field(default_factory=set)  # jobs somebody may be watching
    stopping: set[UUID] = field(default_factory=set)  # jobs for which an early end is news
    halting: set[UUID] = field(default_factory=set)  # jobs parts of which shall end early
    over: set[UUID] = field(default_factory=set)  # jobs that have ended
    due: bool = False  # there are new attempts
    endings: Endings = field(default_factory=Endings)

    def wanted(self, job_id: UUID) -> str | None:
        """Why this job shall end early, if it shall."""
        wanted: str | None = self.jobs[job_id]["wanted"]
        return wanted or ("task_failed" if job_id in self.stopping else None)

    def _owes(self) -> bool:
        """A job has ended that another waits for."""
        return any(self.jobs[id]["attached"] for id in self.over)

    def tell(self, signals: Signals) -> None:
        """After the commit."""
        # The loops that start what is ready, or stop and hand up, wake with the dispatcher.
        if self.due or self.ready or self.halting or self._owes():
            signals.wake_dispatch()
        if self.changed:
            signals.changed(sorted(self.changed))
        if self.endings.jobs or self.endings.parts:
            signals.ended(self.endings)
