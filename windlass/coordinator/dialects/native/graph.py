"""Names in ``needs`` to positions. Reads unchecked documents too: what is malformed is passed over,
since the schema speaks about that."""

from collections.abc import Iterator, Mapping
from typing import Any

from windlass.coordinator.web.fields import shown
from windlass.coordinator.web.reading import Flaw

Positions = Mapping[str, int]


def positions(tasks: list[Any]) -> Positions:
    """Where each name is; the first, where it is there twice."""
    found: dict[str, int] = {}
    for position, task in enumerate(tasks):
        if (name := _name(task)) is not None:
            found.setdefault(name, position)
    return found


def needed(task: Mapping[str, Any], position: int, by_name: Positions) -> tuple[int, ...]:
    """A task that says nothing follows the one before it. Names nobody has are left out."""
    if "needs" not in task:
        return (position - 1,) if position else ()
    found = (by_name.get(name) for name in task["needs"])
    return tuple(sorted({place for place in found if place is not None}))


def flaws(document: Any) -> Iterator[Flaw]:
    """Names given twice, needs of tasks that do not exist, tasks that need themselves."""
    tasks = document.get("tasks") if isinstance(document, dict) else None
    if not isinstance(tasks, list):
        return
    by_name = positions(tasks)
    for position, task in enumerate(tasks):
        name = _name(task)
        if name is not None and by_name[name] != position:
            first = by_name[name]
            message = f"is the name of tasks[{first}] already"
            yield Flaw(("tasks", position, "name"), message, "a name of its own")
        if isinstance(task, dict) and isinstance(task.get("needs"), list):
            yield from _of_needs(task["needs"], position, by_name)


def _of_needs(needs: list[Any], position: int, by_name: Positions) -> Iterator[Flaw]:
    for index, need in enumerate(needs):
        if not isinstance(need, str) or not need:
            continue
        path = ("tasks", position, "needs", index)
        if need not in by_name:
            yield Flaw(path, f"no task is named {shown(need)}", "names of tasks of this job")
        elif by_name[need] == position:
            yield Flaw(path, "a task cannot need itself", "names of other tasks")


def _name(task: Any) -> str | None:
    name = task.get("name") if isinstance(task, dict) else None
    return name if isinstance(name, str) else None
