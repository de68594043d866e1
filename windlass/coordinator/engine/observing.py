"""What is written and what moves: logs, and what those who follow need. A part of the service."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from windlass.coordinator.engine import answers, follow, log_veil, logbook, tallies, veil
from windlass.coordinator.engine.answers import Answers
from windlass.coordinator.engine.follow import Begun, Changes, Glance, Owner
from windlass.coordinator.engine.log_veil import LogVeil
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.engine.views import HistoryRow, LogPiece, LogSize, Tally
from windlass.coordinator.store.db import Database
from windlass.shared.ids import AttemptId, JobId

_VEILS = 10_000  # attempts whose secrets, mostly none, are not looked up again


class Observing:
    def __init__(self, db: Database, sees: Sight) -> None:
        self._db = db
        self._sees = sees
        self._veil = lru_cache(_VEILS)(self._look_up_veil)

    # Logs, with a star for each byte of a secret of the job

    def log_size(self, id: AttemptId) -> LogSize:
        return logbook.size(self._db, self._sees.attempt(id))

    def log_bytes(
        self, id: AttemptId, *, start: int = 0, end: int | None = None
    ) -> Iterator[LogPiece]:
        """What is stored from byte ``start`` up to ``end``, cut exactly, in order, no overlaps;
        read from the database in pages."""
        return self._reader(id).bytes(start=start, end=end)

    def log_lines(self, id: AttemptId, *, start: int, limit: int) -> Iterator[LogPiece]:
        """Lines ``start`` (from 0) up to ``start + limit``, cut exactly at newlines."""
        return self._reader(id).lines(start=start, limit=limit)

    def log_tail(self, id: AttemptId, lines: int) -> Iterator[LogPiece]:
        """The last lines; an unfinished last line counts as one."""
        return self._reader(id).tail(lines)

    def log_ends(
        self, ids: Sequence[AttemptId], most: int
    ) -> Mapping[AttemptId, Mapping[str, bytes]]:
        """Of many at once: by stream, what is in the last ``most`` bytes, in whole chunks."""
        return tallies.log_ends(self._db, self._sees.attempts(ids), most)

    def log_offset(self, id: AttemptId, line: int) -> int:
        """Where line ``line`` (from 0) begins; where the log ends for those it does not have."""
        return logbook.start_of_line(self._db, self._sees.attempt(id), line)

    def _reader(self, id: AttemptId) -> logbook.Reader:
        return logbook.Reader(self._db, self._sees.attempt(id), self._veil(id))

    def _look_up_veil(self, id: AttemptId) -> LogVeil:
        with self._db.transaction() as tx:
            return log_veil.of(veil.of_attempt(tx, id))

    # Following

    def glance(self, id: JobId, *, after: int) -> Glance:
        """What moved after a move of this job, and what runs."""
        return follow.glance(self._db, self._sees.job(id), after)

    def begun_attempts(self, id: JobId, *, after: int, until: int) -> Sequence[Begun]:
        """Those of a job that began after one move and up to another, in that order."""
        return follow.begun(self._db, self._sees.job(id), after, until)

    def attempts_of_moves(self, id: JobId, moves: Sequence[int]) -> Mapping[int, AttemptId]:
        """Which attempts these moves were of."""
        return follow.attempts_of(self._db, self._sees.job(id), moves)

    def log_owners(self, ids: Sequence[AttemptId]) -> Mapping[AttemptId, Owner]:
        return follow.owners(self._db, self._sees.attempts(ids))

    def log_sizes(self, ids: Sequence[AttemptId]) -> Mapping[AttemptId, LogSize]:
        """Of those attempts that exist."""
        return logbook.sizes(self._db, self._sees.attempts(ids))

    def newest_move(self) -> int:
        """Of all jobs."""
        return follow.newest_move(self._db)

    def changes(self, *, after: int) -> Changes:
        """Of all jobs, those of the next moves. A transaction that is not over may add moves that
        come before the last of them."""
        changes = follow.changes(self._db, after)
        seen = self._sees.of_jobs(changes.jobs, lambda job: job.id)
        return Changes(seen, changes.last)

    # How jobs stand

    def tallies(self, ids: Sequence[JobId]) -> Mapping[JobId, Sequence[Tally]]:
        """How the tasks of each stand, counted; of jobs that have any."""
        return tallies.tallies(self._db, self._sees.jobs(ids))

    def answers(self, ids: Sequence[JobId]) -> Mapping[JobId, Answers]:
        """Of jobs whose composites consist of errands: how they were answered so far."""
        return answers.of_jobs(self._db, self._sees.jobs(ids))

    def moved_at(self, ids: Sequence[JobId]) -> Mapping[JobId, datetime]:
        """When anything of each moved last."""
        return tallies.moved_at(self._db, self._sees.jobs(ids))

    def job_moves(self, id: JobId) -> Sequence[HistoryRow]:
        """The history of the job itself, oldest first, its pauses included."""
        return tallies.job_moves(self._db, self._sees.job(id))
