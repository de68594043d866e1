"""Many topics through one stream: a browser has few connections."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.engine.errors import Invalid, Problem
from windlass.coordinator.engine.ports import Watch
from windlass.coordinator.web.tail import marks, topics
from windlass.coordinator.web.tail.frames import frame
from windlass.coordinator.web.tail.log import Follower
from windlass.coordinator.web.tail.reads import Reads
from windlass.shared.ids import AttemptId, JobId

_KIND = "t"
_ALLOWED = "jobs, nodes, job:<id> or log:<attempt>@<line>"
_FARTHEST = 1 << 50  # line


@dataclass(frozen=True)
class _Wish:
    """A topic as asked for. ``job``: whose nudges concern it; None: those of all."""

    name: str
    kind: str
    id: UUID | None = None
    line: int = 0


@dataclass
class ManyTail:
    """See ``pace.Tail``. Never ends by itself."""

    parts: Mapping[str, topics.Paced]
    ended: bool = False

    def look(self, since: float) -> Iterator[bytes]:
        for part in self.parts.values():
            for event, data in part.look(since):
                yield frame(event, data, self.mark())

    def rest(self) -> float:
        return min(part.rest() for part in self.parts.values())

    def mark(self) -> str:
        numbers: list[int] = []
        for name, part in self.parts.items():
            numbers += [_key(name), part.topic.place()]
        return marks.encode(_KIND, numbers)


def of(
    reads: Reads, names: Sequence[str], mark: str | None
) -> tuple[ManyTail, AbstractContextManager[Watch]]:
    """And what to wait for. A topic that ``mark`` does not know begins now."""
    wishes = [_wish(number, name) for number, name in enumerate(dict.fromkeys(names))]
    places = _places(mark) if mark is not None else {}
    parts: dict[str, topics.Paced] = {}
    jobs: list[JobId] = []
    for wish in wishes:
        topic, job = _topic(reads, wish, places.get(_key(wish.name)))
        parts[wish.name] = topics.Paced(topic)
        jobs += [job] if job else []
    of_all = any(wish.id is None for wish in wishes)
    return ManyTail(parts), reads.engine.watch([] if of_all else jobs)


def _topic(reads: Reads, wish: _Wish, place: int | None) -> tuple[topics.Topic, JobId | None]:
    """And the job whose nudges concern it. NotFound."""
    if wish.id is None:
        return (topics.Jobs(reads, place) if wish.kind == "jobs" else topics.Nodes(reads)), None
    if wish.kind == "job":
        id = reads.engine.job(JobId(wish.id)).id
        return topics.Job(reads, id, place), id
    attempt = reads.engine.attempt(AttemptId(wish.id))
    at, line = (0, wish.line) if place is None else (place, 0)
    return topics.Log(reads, Follower(attempt.id, at=at, first_line=line)), attempt.job_id


def _wish(number: int, text: str) -> _Wish:
    kind, _, rest = text.partition(":")
    id, _, line = rest.partition("@")
    try:
        match kind:
            case "jobs" | "nodes" if text == kind:
                return _Wish(text, kind)
            case "job":
                return _Wish(text, kind, UUID(rest))
            case "log" if not line or (line.isascii() and line.isdigit()):
                return _Wish(f"log:{id}", kind, UUID(id), min(int(line or 0), _FARTHEST))
    except ValueError:
        pass
    raise Invalid([Problem(("topic", number), "is not a topic", _ALLOWED)])


def _places(mark: str) -> Mapping[int, int]:
    numbers = marks.decode(_KIND, mark)
    if len(numbers) % 2:
        raise marks.refused()
    return dict(zip(numbers[::2], numbers[1::2], strict=True))


def _key(name: str) -> int:
    return zlib.crc32(name.encode())
