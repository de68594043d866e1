"""``parents`` and ``children`` name written tasks; every instance of the one is linked to every
instance of the other. An edge may be written at either end, or at both. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windlass.coordinator.dialects.daggy.expansion import Instance
from windlass.coordinator.web.fields import shown
from windlass.coordinator.web.reading import Flaw

Doc = Mapping[str, Any]
Edges = set[tuple[str, str]]  # parent and child, as written

MOST_EDGES = 2_000_000


def written_edges(tasks: Mapping[str, Doc]) -> Edges:
    """Of tasks that exist."""
    edges = {(parent, name) for name, task in tasks.items() for parent in task.get("parents", ())}
    edges |= {(name, child) for name, task in tasks.items() for child in task.get("children", ())}
    return {(parent, child) for parent, child in edges if parent in tasks and child in tasks}


def flaws(tasks: Mapping[str, Doc]) -> Iterator[Flaw]:
    """Names nobody has. Circles are the engine's to find."""
    for name, task in tasks.items():
        for field in ("parents", "children"):
            for index, other in enumerate(task.get(field, ())):
                if other not in tasks:
                    path = ("tasks", name, field, index)
                    yield Flaw(path, f"task {name} names {shown(other)}, which does not exist")


def needs(instances: Sequence[Instance], edges: Edges) -> list[tuple[int, ...]]:
    """For each instance, the places of those it waits for."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, instance in enumerate(instances):
        places[instance.written].append(place)
    parents: dict[str, set[str]] = defaultdict(set)
    for parent, child in edges:
        parents[child].add(parent)
    of_written = {
        child: tuple(sorted(place for name in names for place in places[name]))
        for child, names in parents.items()
    }
    return [of_written.get(instance.written, ()) for instance in instances]


def count(instances: Sequence[Instance], edges: Edges) -> int:
    """How many links the instances have."""
    sizes: dict[str, int] = defaultdict(int)
    for instance in instances:
        sizes[instance.written] += 1
    return sum(sizes[parent] * sizes[child] for parent, child in edges)
