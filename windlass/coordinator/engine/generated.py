"""What a generator made, placed among the tasks of its job. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windlass.coordinator.engine import check, graph
from windlass.coordinator.store.db import Row
from windlass.shared.spec import JobSpec, TaskSpec

_MOST_TOLD = 5


class Ungenerable(Exception):
    """What it wrote cannot become tasks; the text is for its author."""


@dataclass(frozen=True)
class Generated:
    """A task, and the keys of those it waits for and of those that wait for it, beside the
    generator and what waits for that. ``task.needs`` means nothing."""

    task: TaskSpec
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class Around:
    """The job as it stands: ``known`` holds the tasks named, by key; ``heirs`` wait for the
    generator, which is at ``position``."""

    position: int
    first: int  # position that is free
    known: Mapping[str, Row]
    heirs: Sequence[int]
    edges: Sequence[tuple[int, int]]  # of the whole job, where they matter


def check_tasks(made: Sequence[Generated]) -> None:
    """Each by itself, and their names."""
    problems = check.problems(JobSpec(name="generated", tasks=tuple(one.task for one in made)))
    if problems:
        told = [f"{_place(problem.path)}: {problem.message}" for problem in problems[:_MOST_TOLD]]
        raise Ungenerable("; ".join(told))


def _place(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path))


def links(made: Sequence[Generated], around: Around) -> list[tuple[int, int]]:
    """Parent and child, each once. Ungenerable: a name is taken or unknown, a task has started or
    did not complete, or they wait for each other in a circle."""
    own = {one.task.key: around.first + place for place, one in enumerate(made)}
    taken = next((key for key in own if key in around.known), None)
    if taken is not None:
        raise Ungenerable(f"there is a task named {taken!r} already")
    found = {(around.position, place) for place in own.values()}
    found |= {(place, heir) for place in own.values() for heir in around.heirs}
    for one in made:
        place = own[one.task.key]
        found |= {(_parent(key, own, around), place) for key in one.parents}
        found |= {(place, _child(key, own, around)) for key in one.children}
    linked = sorted(found)
    _refuse_circles([*around.edges, *linked], around.first + len(made))
    return linked


def _parent(key: str, own: Mapping[str, int], around: Around) -> int:
    if key in own:
        return own[key]
    row = around.known.get(key)
    if row is None:
        raise Ungenerable(f"it names the parent {key!r}, which does not exist")
    if row["state"] in {"failed", "cancelled", "skipped"} and not row["satisfied"]:
        raise Ungenerable(f"it names the parent {key!r}, which did not complete")
    return int(row["position"])


def _child(key: str, own: Mapping[str, int], around: Around) -> int:
    if key in own:
        return own[key]
    row = around.known.get(key)
    if row is None:
        raise Ungenerable(f"it names the child {key!r}, which does not exist")
    if row["state"] != "waiting":
        raise Ungenerable(f"it names the child {key!r}, which does not wait any more")
    return int(row["position"])


def _refuse_circles(edges: Sequence[tuple[int, int]], size: int) -> None:
    needs: list[list[int]] = [[] for _ in range(size)]
    for parent, child in edges:
        needs[child].append(parent)
    if any(parent == child for parent, child in edges) or graph.a_cycle(needs):
        raise Ungenerable("tasks would wait for each other in a circle")
