"""What is read of the engine to tell the log of a task, and why it did not succeed."""

from collections.abc import Iterator, Mapping, Sequence

from windlass.coordinator.dialects.linkis import failures, status
from windlass.coordinator.dialects.linkis.engines import Engine as Configured
from windlass.coordinator.dialects.linkis.engines import find_engine
from windlass.coordinator.dialects.linkis.failures import Why
from windlass.coordinator.dialects.linkis.found import Found
from windlass.coordinator.dialects.linkis.journal import Told
from windlass.coordinator.dialects.linkis.log import Log
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import HistoryRow
from windlass.shared.ids import AttemptId, JobId

_PAGE = 200
_TAIL = 1 << 16  # bytes at the end of a log in which the last lines of stderr are looked for
_UNSUCCESSFUL = {status.FAILED, status.TIMEOUT, status.CANCELLED}


class Telling:
    def __init__(self, engine: Engine, engines: Mapping[str, Configured]) -> None:
        self._engine = engine
        self._engines = engines

    def why(self, tasks: Sequence[Found]) -> dict[int, Why]:
        """Of those that did not succeed, by number."""
        failed = [each for each in tasks if each.status == status.FAILED]
        ids = [each.standing.attempt.id for each in failed if each.standing.attempt]
        ends = self._engine.log_ends(ids, _TAIL) if ids else {}
        return {
            each.task_id: reason
            for each in tasks
            if each.status in _UNSUCCESSFUL and (reason := failures.why(each, _stderr(each, ends)))
        }

    def log(self, found: Found) -> Log:
        """The history first: what is then read is as new, or newer."""
        job = found.standing.job
        history = list(self._history(job.id))
        attempts = {str(each.id): each for each in self._engine.job_attempts(job.id)}
        reason = self.why([found]).get(found.task_id)
        told = Told(
            task_id=found.task_id,
            short_id=found.short_id,
            asked=found.asked,
            job=job,
            history=history,
            attempts=attempts,
            status=found.status,
            reason=reason.text if reason else "",
        )
        return Log(self._engine, told, tabular=self.is_tabular(found))

    def is_tabular(self, found: Found) -> bool:
        """As its engine is configured now; one that is gone printed text."""
        engine = find_engine(self._engines, found.asked.engine, found.asked.version)
        return engine is not None and engine.tabular

    def _history(self, id: JobId) -> Iterator[HistoryRow]:
        after = 0
        while rows := self._engine.history(id, after=after, limit=_PAGE):
            yield from rows
            after = rows[-1].id


def _stderr(found: Found, ends: Mapping[AttemptId, Mapping[str, bytes]]) -> bytes:
    attempt = found.standing.attempt
    return ends.get(attempt.id, {}).get("err", b"") if attempt else b""
