"""Which node gets an attempt that asks for cores or memory. Pure.

Of the nodes that have room for it, the one on which it has the least impact: the greatest share of
what is free of any resource that it would take (Daggy's runner chooses so). What asks for nothing
is placed by whoever takes its message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from windlass.coordinator.store.db import Row
from windlass.shared.sizes import show_size
from windlass.shared.spec import Limits


@dataclass(frozen=True)
class Request:
    """Cores, and bytes."""

    cpus: float
    memory: int


@dataclass(frozen=True)
class Room:
    """What is free on a node that serves these queues."""

    name: str
    queues: tuple[str, ...]
    cpus: float
    memory: int
    slots: int = 1

    def has(self, request: Request) -> bool:
        return self.cpus >= request.cpus and self.memory >= request.memory

    def without(self, request: Request) -> "Room":
        return replace(
            self,
            cpus=self.cpus - request.cpus,
            memory=self.memory - request.memory,
            slots=self.slots - 1,
        )


def impact(room: Room, request: Request) -> float:
    """0 … 1, where there is room."""
    shares = [(request.cpus, room.cpus), (float(request.memory), float(room.memory))]
    return max((asked / free for asked, free in shares if asked), default=0.0)


def choose(request: Request, queue: str, rooms: Iterable[Room]) -> Room | None:
    fitting = [
        room for room in rooms if queue in room.queues and room.slots > 0 and room.has(request)
    ]
    return min(fitting, key=lambda room: (impact(room, request), room.name), default=None)


def place(rows: Sequence[Row], rooms: Iterable[Room]) -> dict[object, str | None]:
    """Ids of attempts that can go out, in order, and the node of each that asked for something."""
    left = {room.name: room for room in rooms}
    placed: dict[object, str | None] = {}
    for row in rows:
        request = request_of(row)
        if request is None:
            placed[row["id"]] = None
            continue
        room = choose(request, row["queue"], left.values())
        if room is not None:
            left[room.name] = room.without(request)
            placed[row["id"]] = room.name
    return placed


def request_of(row: Row) -> Request | None:
    if row["cpus"] is None and row["memory"] is None:
        return None
    return Request(row["cpus"] or 0.0, row["memory"] or 0)


def room_of(row: Row) -> Room:
    return Room(
        row["name"], tuple(row["queues"]), row["cpus"], int(row["memory"]), row.get("slots", 1)
    )


def misfit(asked: Limits, queue: str, sizes: Iterable[Room]) -> str:
    """Why none of the nodes that serve the queue will ever run it; empty: one may, or there is
    none."""
    serving = [size for size in sizes if queue in size.queues]
    request = Request(asked.cpus or 0.0, asked.memory or 0)
    if not serving or any(size.has(request) for size in serving):
        return ""
    largest = max(serving, key=lambda size: (size.cpus, size.memory))
    return (
        f"asks for {_shown(request.cpus, request.memory)}, which no node has; "
        f"{largest.name} has {_shown(largest.cpus, largest.memory)}"
    )


def _shown(cpus: float, memory: int) -> str:
    parts = [f"{cpus:g} cores"] if cpus else []
    return " and ".join(parts + ([show_size(memory)] if memory else []))
