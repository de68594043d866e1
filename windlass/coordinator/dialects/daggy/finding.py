"""Which run, and which of its tasks, a request is about."""

from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.service import Engine
from windlass.shared.ids import JobId, TaskId

DOOR = "daggy"
_LONGEST = 18  # digits of a number that a database can hold


def run(engine: Engine, text: str) -> JobId:
    """By its number."""
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST
    if not plain:
        raise NotFound(f"there is no run {text}")
    try:
        return engine.find(DOOR, str(int(text)))
    except NotFound:
        raise NotFound(f"there is no run {text}") from None


def task(engine: Engine, job_id: JobId, run: str, name: str) -> TaskId:
    """By its expanded name."""
    try:
        return engine.task_named(job_id, name)
    except NotFound:
        raise NotFound(f"run {run} has no task {name}") from None
