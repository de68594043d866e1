"""All logs of a job, followed, and how a mark remembers where each of them stands.

Attempts are found in the job's history, in the order in which they began. A mark says how far that
has been read, up to which move all that began has had its turn, and where each log stands that is
not over; what it does not name is over and shown, or has not begun. Only so many logs are followed
at once, the others wait for their turn.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from windlass.coordinator.engine.follow import Begun, Moved, Owner
from windlass.coordinator.web.tail import marks
from windlass.coordinator.web.tail.lines import Lines
from windlass.coordinator.web.tail.log import Follower
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import AttemptId, JobId
from windlass.shared.states import ATTEMPT, AttemptState

MOST_LOGS = 256  # their places must fit into a header
_KIND = "j"
_NOT_BEGUN = frozenset({AttemptState.PENDING, AttemptState.SCHEDULED})


@dataclass
class _Open:
    """``move``: by which the attempt began. ``over``: the one that made it final has been read."""

    move: int
    log: Follower
    over: bool
    owner: Owner | None = None


class Logs:
    def __init__(self, reads: Reads, job_id: JobId, read_to: int = 0) -> None:
        self.read_to = read_to  # the last move whose consequences were shown
        self._reads = reads
        self._job_id = job_id
        self._open: dict[AttemptId, _Open] = {}
        self._waiting: OrderedDict[AttemptId, Begun] = OrderedDict()  # as they began

    @classmethod
    def resumed(cls, reads: Reads, job_id: JobId, mark: str) -> "Logs":
        numbers = marks.decode(_KIND, mark)
        if len(numbers) % 2 or not 0 < len(numbers) <= 2 * MOST_LOGS + 2:
            raise marks.refused()
        read_to, back, *places = numbers
        logs = cls(reads, job_id, read_to)
        logs._reopen(places)
        if back:
            begun = reads.engine.begun_attempts(job_id, after=read_to - back, until=read_to)
            logs._waiting.update((one.id, one) for one in begun if one.id not in logs._open)
        return logs

    @property
    def all_done(self) -> bool:
        return not self._waiting and all(one.log.done for one in self._open.values())

    @property
    def more(self) -> bool:
        is_room = len(self._open) < MOST_LOGS
        return bool(self._waiting and is_room) or any(one.log.more for one in self._open.values())

    @property
    def hold_back(self) -> bool:
        return any(one.log.holds_back for one in self._open.values())

    def notice(self, moves: Sequence[Moved]) -> None:
        """Attempts that began, and those that are over."""
        for move in moves:
            if move.entity != "attempt" or move.became in _NOT_BEGUN:
                continue
            id, is_over = AttemptId(move.entity_id), ATTEMPT.is_final(AttemptState(move.became))
            if id in self._open:
                self._open[id].over |= is_over
            else:
                first = self._waiting.get(id)
                self._waiting[id] = Begun(id, first.move if first else move.id, is_over)
        self._begin()

    def take(self, since: float) -> Iterator[dict[str, Any]]:
        """What is new of the logs that are open."""
        going = [one for one in self._open.values() if not one.log.done]
        sizes = self._reads.sizes([one.log.id for one in going], since) if going else {}
        for one in going:
            for lines in one.log.take(self._reads, sizes.get(one.log.id)):
                yield _shown(one, lines)

    def go_on(self, moves: Sequence[Moved]) -> None:
        """The consequences of these were shown."""
        if moves:
            self.read_to = moves[-1].id
        for id, one in list(self._open.items()):
            if one.over and one.log.done:
                del self._open[id]

    def mark(self) -> str:
        """``read_to``, how far back from there somebody waits, then for each log: its move, as the
        distance from the one before, and its place, with whether it is over."""
        waits = next(iter(self._waiting.values()), None)
        back = max(0, self.read_to - waits.move + 1) if waits else 0
        numbers, last = [self.read_to, back], 0
        for one in sorted(self._open.values(), key=lambda one: one.move):
            numbers += [one.move - last, one.log.at << 1 | one.over]
            last = one.move
        return marks.encode(_KIND, numbers)

    def _begin(self) -> None:
        """Those that waited longest, as many as there is room for."""
        new: list[Begun] = []
        while self._waiting and len(self._open) < MOST_LOGS:
            _, one = self._waiting.popitem(last=False)
            self._open[one.id] = _Open(one.move, Follower(one.id), one.ended)
            new.append(one)
        self._name([one.id for one in new])

    def _name(self, ids: Sequence[AttemptId]) -> None:
        owners = self._reads.owners(ids) if ids else {}
        for id in ids:
            self._open[id].owner = owners.get(id)

    def _reopen(self, places: Sequence[int]) -> None:
        moves = list(accumulate(places[::2]))
        found = self._reads.engine.attempts_of_moves(self._job_id, moves)
        for move, place in zip(moves, places[1::2], strict=True):
            if move in found:  # else deleted
                id = found[move]
                self._open[id] = _Open(move, Follower(id, at=place >> 1), bool(place & 1))
        self._name(list(self._open))


def _shown(one: _Open, lines: Lines) -> dict[str, Any]:
    return {
        "attempt": one.log.id,
        "task": one.owner.task if one.owner else "",
        "number": one.owner.number if one.owner else 0,
        "from": lines.first,
        "lines": lines.texts,
        "partial": lines.partial,
    }
