"""The logs of a whole job as one text: attempt after attempt, each line with its task in front."""

from collections.abc import Iterable, Iterator

from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import AttemptView
from windlass.shared.ids import AttemptId, JobId, TaskId

_PAGE = 200
_LONGEST_LINE = 1 << 20  # bytes held back while a line has no end; then it is cut


def job_log(engine: Engine, job_id: JobId) -> Iterator[bytes]:
    """Byte-exact but for the prefixes and a newline where an attempt ended without one."""
    names: dict[TaskId, str] = {}
    for attempt in _attempts(engine, job_id):
        if attempt.task_id not in names:
            names[attempt.task_id] = engine.task(attempt.task_id).name
        prefix = f"{_one_line(names[attempt.task_id])} | ".encode()
        pieces = (piece.data for piece in engine.log_bytes(AttemptId(attempt.id)))
        yield from prefixed(prefix, pieces)


def prefixed(prefix: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut into lines, whatever the cuts of ``pieces``."""
    rest = b""
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if lines:
            yield b"".join(prefix + line + b"\n" for line in lines)
        if len(rest) > _LONGEST_LINE:
            yield prefix + rest + b"\n"
            rest = b""
    if rest:
        yield prefix + rest + b"\n"


def _attempts(engine: Engine, job_id: JobId) -> Iterator[AttemptView]:
    after = None
    while page := engine.job_attempts(job_id, after=after, limit=_PAGE):
        yield from page
        after = page[-1].id


def _one_line(name: str) -> str:
    return " ".join(name.split())
