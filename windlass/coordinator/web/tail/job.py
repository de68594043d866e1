"""A whole job, followed: its tasks as they change, and all its logs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.follow import Glance, JobNow, TaskNow
from windlass.coordinator.web.tail.frames import frame
from windlass.coordinator.web.tail.log import PATIENCE
from windlass.coordinator.web.tail.logs import Logs
from windlass.coordinator.web.tail.pace import POLL
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import JobId
from windlass.shared.states import JOB, JobState


@dataclass
class JobTail:
    """See ``pace.Tail``. Lines come before the state that follows from them."""

    reads: Reads
    id: JobId
    logs: Logs
    ended: bool = False
    _more: bool = False
    _job: JobNow | None = None
    _tasks: dict[UUID, int] = field(default_factory=dict)  # hashes of what was shown

    def look(self, since: float) -> Iterator[bytes]:
        glance = self.reads.glance(self.id, self.logs.read_to, since)
        if glance.job is None:
            yield self._end({"state": None, "reason": "deleted", "exit_code": None})
            return
        self.logs.notice(glance.moves)
        for data in self.logs.take(since):
            yield frame("log", data, self.mark())
        yield from self._changes(glance, glance.job)
        self.logs.go_on(glance.moves)
        self._more = glance.more
        if JOB.is_final(glance.job.state) and not self._more and self.logs.all_done:
            yield self._end(self._outcome(glance.job))

    def rest(self) -> float:
        if self._more or self.logs.more:
            return 0.0
        return PATIENCE if self.logs.hold_back else POLL

    def mark(self) -> str:
        return self.logs.mark()

    def _changes(self, glance: Glance, job: JobNow) -> Iterator[bytes]:
        for task in glance.tasks:
            if self._tasks.get(task.id) != hash(task):
                self._tasks[task.id] = hash(task)
                yield frame("task", _task(task), self.mark())
        if job != self._job:
            self._job = job
            yield frame("job", _job(job), self.mark())

    def _outcome(self, job: JobNow) -> dict[str, Any]:
        code = 0 if job.state is JobState.COMPLETED else None
        if job.failed:
            code = self._failing_code()
        return {"state": job.state, "reason": job.reason, "exit_code": code}

    def _failing_code(self) -> int | None:
        try:
            why = self.reads.engine.job(self.id).why
        except NotFound:
            return None
        return why.exit_code if why else None

    def _end(self, data: dict[str, Any]) -> bytes:
        self.ended = True
        return frame("end", data, self.mark())


def of(reads: Reads, id: JobId, mark: str | None) -> JobTail:
    """From its beginning, or from where ``mark`` says."""
    return JobTail(reads, id, Logs(reads, id) if mark is None else Logs.resumed(reads, id, mark))


def _task(task: TaskNow) -> dict[str, Any]:
    return {
        "id": task.id,
        "position": task.position,
        "name": task.name,
        "state": task.state,
        "reason": task.reason,
        "error": task.error,
        "exit_code": task.exit_code,
        "progress": task.progress,
        "message": task.message,
        "attempt_id": task.attempt_id,
        "number": task.number,
        "node": task.node,
    }


def _job(job: JobNow) -> dict[str, Any]:
    return {
        "id": job.id,
        "state": job.state,
        "reason": job.reason,
        "error": job.error,
        "total": job.total,
        "ended": job.ended,
        "failed": job.failed,
    }
