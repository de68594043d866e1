"""What the moves of a job's history are told as. Pure."""

from collections.abc import Iterator, Sequence

from windlass.coordinator.engine.hooks import Event
from windlass.coordinator.store.db import Row

# Whose reason this is; a job's is a template when its output cannot be evaluated.
_RAN = frozenset({"exit_code", "oom", "timeout", "task_failed", "template"})
_UNBEGUN = frozenset({("job", "pending"), ("attempt", "pending"), ("attempt", "scheduled")})


def stages(moves: Sequence[Row], first: int) -> Iterator[tuple[Row, int, str]]:
    """Each move with what it is told as, one thing after the other. ``first``: where to begin with
    the first move."""
    for move in moves:
        for stage, became in enumerate(became_of(move)):
            if stage >= first:
                yield move, stage, became
        first = 0


def became_of(move: Row) -> Sequence[str]:
    """A start and an end that were reported together are one move, of which nobody shall miss the
    first half; and that a task is tried again is noted by no move at all."""
    if (move["entity"], move["was"]) not in _UNBEGUN:
        return [move["became"]]
    again = ["active"] if move["again"] else []
    ran = move["became"] == "completed" or move["reason"] in _RAN
    return [*again, *(["running"] if ran else []), move["became"]]


def events_of(move: Row) -> Sequence[Event]:
    """An attempt's start and end are the task's news, and so is that a task was set in motion or
    ends without an attempt. A job gets on when a task of its own is done or says how far it is."""
    match move["entity"]:
        case "job":
            return ["job.state"]
        case "attempt":
            return ["task.state"]
        case "progress":
            return ["task.progress", "job.progress"]
        case "task":
            return _events_of_task(move)
    return []


def _events_of_task(move: Row) -> Sequence[Event]:
    done = move["became"] in {"completed", "skipped"} and not move["nested"]
    without = move["became"] == "failed" and move["was"] == "waiting"
    shown = move["composite"] or without or move["became"] in {"active", "skipped"}
    state: list[Event] = ["task.state"] if shown else []
    return [*state, "job.progress"] if done else state
