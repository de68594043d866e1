"""The log of one attempt, and how it ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.views import AttemptView
from windlass.coordinator.web.tail import marks
from windlass.coordinator.web.tail.frames import frame
from windlass.coordinator.web.tail.lines import Lines
from windlass.coordinator.web.tail.log import PATIENCE, Follower
from windlass.coordinator.web.tail.pace import POLL
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import AttemptId
from windlass.shared.states import ATTEMPT

_KIND = "a"


@dataclass
class AttemptTail:
    """See ``pace.Tail``."""

    reads: Reads
    log: Follower
    ended: bool = False
    _shown: dict[str, Any] = field(default_factory=dict)

    def look(self, since: float) -> Iterator[bytes]:
        try:
            attempt = self.reads.attempt(self.log.id, since)
        except NotFound:
            yield self._end({"state": None, "reason": "deleted", "exit_code": None})
            return
        size = self.reads.sizes([self.log.id], since).get(self.log.id)
        for lines in self.log.take(self.reads, size):
            yield frame("log", self._log(lines), self.mark())
        now = _now(attempt)
        if now != self._shown:
            self._shown = now
            yield frame("attempt", now, self.mark())
        if self.log.done and ATTEMPT.is_final(attempt.state):
            yield self._end({name: now[name] for name in ("state", "reason", "exit_code")})

    def rest(self) -> float:
        if self.log.more:
            return 0.0
        return PATIENCE if self.log.holds_back else POLL

    def mark(self) -> str:
        return marks.encode(_KIND, [self.log.at, self.log.first_line])

    def _log(self, lines: Lines) -> dict[str, Any]:
        return {
            "attempt": self.log.id,
            "from": lines.first,
            "lines": lines.texts,
            "partial": lines.partial,
        }

    def _end(self, data: dict[str, Any]) -> bytes:
        self.ended = True
        return frame("end", data, self.mark())


def of(reads: Reads, id: AttemptId, first_line: int, mark: str | None) -> AttemptTail:
    """From where ``mark`` says, else from a line on."""
    log = Follower(id, first_line=first_line)
    if mark is not None:
        log.at, log.first_line = _resumed(mark)
    return AttemptTail(reads, log)


def _resumed(mark: str) -> tuple[int, int]:
    numbers = marks.decode(_KIND, mark)
    if len(numbers) != 2:  # noqa: PLR2004 - a byte and a line
        raise marks.refused()
    return numbers[0], numbers[1]


def _now(attempt: AttemptView) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "task_id": attempt.task_id,
        "number": attempt.number,
        "state": attempt.state,
        "reason": attempt.reason,
        "error": attempt.error,
        "exit_code": attempt.exit_code,
        "node": attempt.node,
    }
