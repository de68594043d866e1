"""What tails read of the engine, shared between all of one process."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

from windlass.coordinator.engine.follow import Changes, Glance, Owner
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import AttemptView, LogPiece, LogSize, NodeView
from windlass.coordinator.web.tail.lines import Lines, Rest, cut
from windlass.coordinator.web.tail.shared import ANY_TIME, Shared
from windlass.shared.ids import AttemptId, JobId

AT_ONCE = 256 << 10  # bytes of a log that are read for one look


class Reads:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._shared = Shared()

    def glance(self, id: JobId, after: int, since: float) -> Glance:
        key = ("glance", id, after)
        return self._shared.ask(key, since, lambda: self.engine.glance(id, after=after))

    def attempt(self, id: AttemptId, since: float) -> AttemptView:
        return self._shared.ask(("attempt", id), since, lambda: self.engine.attempt(id))

    def sizes(self, ids: Sequence[AttemptId], since: float) -> Mapping[AttemptId, LogSize]:
        key = ("sizes", tuple(ids))
        return self._shared.ask(key, since, lambda: self.engine.log_sizes(ids))

    def owners(self, ids: Sequence[AttemptId]) -> Mapping[AttemptId, Owner]:
        return self.engine.log_owners(ids)

    def changes(self, after: int, since: float) -> Changes:
        key = ("changes", after)
        return self._shared.ask(key, since, lambda: self.engine.changes(after=after))

    def nodes(self, since: float) -> Sequence[NodeView]:
        return self._shared.ask("nodes", since, self.engine.nodes)

    def lines(self, id: AttemptId, start: int, end: int, rest: Rest) -> Sequence[Lines]:
        """Of the bytes between, as many as are read at once. Bytes between never change."""
        stop = min(end, start + AT_ONCE)
        kept = Rest.KEPT if stop < end else rest
        key = ("lines", id, start, stop, kept)
        return self._shared.ask(key, ANY_TIME, lambda: self._lines(id, start, stop, kept))

    def _lines(self, id: AttemptId, start: int, stop: int, rest: Rest) -> Sequence[Lines]:
        pieces = list(self.engine.log_bytes(id, start=start, end=stop))
        if not pieces:
            return ()
        run = _without_gap(pieces)
        if len(run) < len(pieces):  # what is missing behind it was given up
            rest = Rest.LAST
        raw = b"".join(piece.data for piece in run)
        return list(cut(raw, run[0].first_byte, run[0].first_line, rest))


def _without_gap(pieces: Sequence[LogPiece]) -> Sequence[LogPiece]:
    ends = [pieces[0].first_byte, *(piece.first_byte + len(piece.data) for piece in pieces)]
    joined = takewhile(lambda pair: pair[0].first_byte == pair[1], zip(pieces, ends, strict=False))
    return [piece for piece, _ in joined]
