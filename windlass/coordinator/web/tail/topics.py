"""What one stream of events may be about."""

from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any, Protocol

from windlass.coordinator.engine.follow import JobNow, TaskNow
from windlass.coordinator.web.tail.frames import Data
from windlass.coordinator.web.tail.log import PATIENCE, Follower
from windlass.coordinator.web.tail.pace import POLL, SOONEST
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import JobId
from windlass.shared.states import LETTERS

Event = tuple[str, Data]

MERGED = 0.25  # seconds in which changes are collected into one event
MOST_TASKS = 2000  # in one event; beyond, they are better fetched
LOOK_BACK = 1000  # moves shown again to who comes new: some happened while its page was made
OVERLAP = 5.0  # seconds a transaction may take to make its moves visible
FALLEN_BEHIND = 20_000  # moves after which it is better to fetch again
_REMEMBERED = 200_000  # things of which the last state shown is known
_SKIP = 4 << 20  # bytes of a log that are not worth sending one after the other


class Topic(Protocol):
    every: float  # seconds between two looks

    def look(self, since: float) -> Iterator[Event]: ...
    def rest(self) -> float: ...
    def place(self) -> int:
        """Whoever has seen all up to here resumes with this."""


class _Shown:
    """What was shown last, so that it is not shown again."""

    def __init__(self) -> None:
        self._hashes: OrderedDict[Hashable, int] = OrderedDict()

    def is_new(self, key: Hashable, thing: Hashable) -> bool:
        told = self._hashes.pop(key, None)
        self._hashes[key] = hash(thing)
        if len(self._hashes) > _REMEMBERED:
            self._hashes.popitem(last=False)
        return told != self._hashes[key]


class Jobs:
    """All jobs. Moves become visible in the order of commits, not of their numbers: the last few
    seconds are read again each time."""

    every = MERGED

    def __init__(self, reads: Reads, after: int | None) -> None:
        self._reads = reads
        newest = reads.engine.newest_move()
        self._fell_behind = after is not None and newest - after > FALLEN_BEHIND
        is_new = after is None or self._fell_behind
        self._after = max(0, newest - LOOK_BACK) if is_new or after is None else after
        self._read: deque[tuple[float, int]] = deque()
        self._shown = _Shown()

    def look(self, since: float) -> Iterator[Event]:
        if self._fell_behind:
            self._fell_behind = False
            yield "reset", {"topics": ["jobs"]}
        changes = self._reads.changes(self._after, since)
        self._read.append((since, changes.last))
        while self._read and self._read[0][0] < since - OVERLAP:
            self._after = max(self._after, self._read.popleft()[1])
        news = [_job(job) for job in changes.jobs if self._shown.is_new(job.id, job)]
        if news:
            yield "jobs", news

    def rest(self) -> float:
        return POLL

    def place(self) -> int:
        return self._after


class Job:
    """One job and its tasks."""

    every = MERGED

    def __init__(self, reads: Reads, id: JobId, after: int | None) -> None:
        self._reads = reads
        self._id = id
        newest = reads.engine.newest_move() if after is None else 0
        self._after = max(0, newest - LOOK_BACK) if after is None else after
        self._more = False
        self._shown = _Shown()

    def look(self, since: float) -> Iterator[Event]:
        glance = self._reads.glance(self._id, self._after, since)
        tasks = [task for task in glance.tasks if self._shown.is_new(task.id, task)]
        moved = [task for task in tasks if self._shown.is_new(task.position, task.state)]
        if moved:
            yield "tasks", self._moved(moved)
        yield from (("attempt", self._attempt(task)) for task in tasks if task.attempt_id)
        if self._shown.is_new("job", glance.job):
            yield "jobs", [_job(glance.job) if glance.job else {"id": self._id, "state": None}]
        self._after = glance.moves[-1].id if glance.moves else self._after
        self._more = glance.more

    def rest(self) -> float:
        return 0.0 if self._more else POLL

    def place(self) -> int:
        return self._after

    def _moved(self, tasks: Sequence[TaskNow]) -> dict[str, Any]:
        if len(tasks) > MOST_TASKS:
            return {"job": self._id, "refetch": True}
        return {"job": self._id, "changed": [[t.position, LETTERS[t.state]] for t in tasks]}

    def _attempt(self, task: TaskNow) -> dict[str, Any]:
        shown = {name: value for name, value in asdict(task).items() if name not in {"id", "name"}}
        return {"job": self._id, "task": task.id, **shown}


@dataclass
class Log:
    """The log of one attempt."""

    reads: Reads
    follower: Follower
    every: float = SOONEST
    _more: bool = field(default=False)

    def look(self, since: float) -> Iterator[Event]:
        if self.follower.done:
            return
        id = self.follower.id
        size = self.reads.sizes([id], since).get(id)
        if size and not self.follower.first_line and size.bytes - self.follower.at > _SKIP:
            self.follower.at = self.reads.engine.log_offset(id, size.lines)
            yield "skipped", {"attempt": id, "lines": size.lines, "bytes": size.bytes}
        for lines in self.follower.take(self.reads, size):
            shown = {"from": lines.first, "lines": lines.texts, "partial": lines.partial}
            yield "log", {"attempt": id, **shown}

    def rest(self) -> float:
        if self.follower.more:
            return 0.0
        return PATIENCE if self.follower.holds_back else POLL

    def place(self) -> int:
        return self.follower.at


class Nodes:
    """The fleet."""

    every = POLL

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._shown = _Shown()

    def look(self, since: float) -> Iterator[Event]:
        nodes = [
            {"name": node.name, "state": node.state, "running": node.running, "slots": node.slots}
            for node in self._reads.nodes(since)
        ]
        news = [node for node in nodes if self._shown.is_new(node["name"], tuple(node.values()))]
        if news:
            yield "nodes", news

    def rest(self) -> float:
        return POLL

    def place(self) -> int:
        return 0


class Paced:
    """A topic that is looked at no more often than it likes."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._next = 0.0
        self._owes = False

    def look(self, since: float) -> Iterator[Event]:
        self._owes = monotonic() < self._next
        if not self._owes:
            self._next = monotonic() + self.topic.every
            yield from self.topic.look(since)

    def rest(self) -> float:
        wish = 0.0 if self._owes else self.topic.rest()
        return max(wish, self._next - monotonic()) if self.topic.every > SOONEST else wish


def _job(job: JobNow) -> dict[str, Any]:
    return {
        "id": job.id,
        "state": job.state,
        "reason": job.reason,
        "total": job.total,
        "done": job.ended,
        "failed": job.failed,
    }
