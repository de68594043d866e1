"""One log, followed: from where somebody stood to where it ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from windlass.coordinator.engine.views import LogSize
from windlass.coordinator.web.tail.lines import Lines, Rest
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import AttemptId

PATIENCE = 0.3  # seconds an unfinished line is held back for its end


@dataclass
class Follower:
    """``at``: bytes before it were shown. ``first_line``: do not begin before that line."""

    id: AttemptId
    at: int = 0
    first_line: int = 0
    done: bool = False  # no more will come
    more: bool = False  # there is more at once
    _seen: int = -1  # how long the log was at the last look

    @property
    def holds_back(self) -> bool:
        return not self.done and self.at < self._seen

    def take(self, reads: Reads, size: LogSize | None) -> Iterator[Lines]:
        """What is new, at most so much as is read at once. None: it was deleted."""
        if size is None:
            self.done = True
            return
        if self.first_line and not self._begin(reads, size):
            return
        rest = Rest.LAST if size.ended else Rest.SHOWN if size.bytes == self._seen else Rest.KEPT
        self._seen = size.bytes
        before = self.at
        if self.at < size.bytes:
            for lines in reads.lines(self.id, self.at, size.bytes, rest):
                self.at = lines.end
                yield lines
        self.more = before < self.at < size.bytes
        self.done = size.ended and not self.more

    def _begin(self, reads: Reads, size: LogSize) -> bool:
        if size.lines < self.first_line and not size.ended:
            return False
        self.at = reads.engine.log_offset(self.id, self.first_line)
        self.first_line = 0
        return True
