"""``matrix``: one written task becomes one for every combination of values, the first list varying
slowest. Pure. An instance is named after its task and its values, and sees them as ``matrix.x``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from windlass.coordinator.dialects.native.schema import MOST_TASKS
from windlass.coordinator.web.reading import Flaw


@dataclass(frozen=True)
class Instance:
    """``written``: position of the task it comes from."""

    document: Mapping[str, Any]
    written: int
    name: str
    values: Mapping[str, str]


def expand(tasks: Sequence[Mapping[str, Any]]) -> list[Instance]:
    return [instance for place, task in enumerate(tasks) for instance in _instances(task, place)]


def _instances(task: Mapping[str, Any], place: int) -> Iterator[Instance]:
    matrix = task.get("matrix", {})
    for values in product(*matrix.values()):
        name = f"{task['name']} ({', '.join(values)})" if matrix else task["name"]
        yield Instance(task, place, name, dict(zip(matrix, values, strict=True)))


def flaws(document: Any) -> Iterator[Flaw]:
    """More tasks than a job may have, though fewer are written; of an unchecked document."""
    tasks = document.get("tasks") if isinstance(document, dict) else None
    if not isinstance(tasks, list) or len(tasks) > MOST_TASKS:
        return
    room = MOST_TASKS
    for place, task in enumerate(tasks):
        room -= _size(task)
        if room < 0:
            yield Flaw(("tasks", place), "makes too many tasks", f"at most {MOST_TASKS:,} in all")
            return


def _size(task: Any) -> int:
    matrix = task.get("matrix") if isinstance(task, dict) else None
    if not isinstance(matrix, dict):
        return 1
    return prod(len(values) for values in matrix.values() if isinstance(values, list))
