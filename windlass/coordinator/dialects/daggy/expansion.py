"""One written task becomes as many as its list parameters have values. Pure.

A task is multiplied by the list parameters that its command or environment mention, in the order of
the document, the first varying fastest; each instance has one value per parameter throughout, and
the name of the task followed by its number. A parameter that is text is only put in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from windlass.coordinator.dialects.daggy.schema import MOST_TASKS
from windlass.coordinator.web.reading import Flaw

Doc = Mapping[str, Any]
Parameters = Mapping[str, str | Sequence[str]]

MOST_TEXT = 64 << 20  # characters that all parameters together may put in

_MENTION = re.compile(r"\{\{([^{}]*)\}\}")


@dataclass(frozen=True)
class Instance:
    """``written`` is the name of the task it comes from."""

    name: str
    written: str
    document: Doc
    command: tuple[str, ...]
    environment: tuple[str, ...]


class Unexpandable(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


def expand(tasks: Mapping[str, Doc], parameters: Parameters) -> list[Instance]:
    """Unexpandable: too many, a parameter without a value, a name twice."""
    found: dict[str, Instance] = {}
    budget = MOST_TEXT
    for name, task in tasks.items():
        for instance in _instances(name, task, parameters, MOST_TASKS - len(found)):
            budget -= sum(map(len, instance.command)) + sum(map(len, instance.environment))
            if budget < 0:
                raise _flaw(("parameters",), "put in more text than is taken", "a smaller DAG")
            if instance.name in found:
                _refuse_twice(instance, found[instance.name])
            found[instance.name] = instance
    return list(found.values())


def unknown_mentions(tasks: Mapping[str, Doc], parameters: Parameters) -> list[tuple[str, str]]:
    """Task and name of what looks like a parameter and is none: it stays as it is written."""
    return [
        (task, mention)
        for task, document in tasks.items()
        for mention in _mentions(document["job"])
        if mention not in parameters
    ]


def _instances(name: str, task: Doc, known: Parameters, room: int) -> Iterator[Instance]:
    job = task["job"]
    mentioned = set(_mentions(job))
    used = {key: value for key, value in known.items() if key in mentioned}
    lists = {key: value for key, value in used.items() if not isinstance(value, str)}
    for key, values in lists.items():
        if not values:
            path = ("parameters", key)
            raise _flaw(path, f"is an empty list, and task {name} mentions it", "a value")
    if prod(map(len, lists.values())) > room:
        raise _flaw(("tasks", name), "makes too many tasks", f"at most {MOST_TASKS:,} in all")
    for number, values in enumerate(_combinations(list(lists.values()))):
        filled = {**used, **dict(zip(lists, values, strict=True))}
        yield Instance(
            name=f"{name}_{number}" if lists else name,
            written=name,
            document=task,
            command=tuple(_fill(word, filled) for word in job["command"]),
            environment=tuple(_fill(word, filled) for word in job.get("environment", ())),
        )


def _combinations(lists: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The first varies fastest."""
    for values in product(*reversed(lists)):
        yield values[::-1]


def _mentions(job: Doc) -> list[str]:
    words = [*job["command"], *job.get("environment", ())]
    return [name for word in words for name in _MENTION.findall(word)]


def _fill(word: str, values: Mapping[str, Any]) -> str:
    if not values:
        return word
    return _MENTION.sub(lambda found: values.get(found[1], found[0]), word)


def _refuse_twice(new: Instance, old: Instance) -> None:
    message = f"{new.written} and {old.written} both make a task named {new.name}"
    raise _flaw(("tasks", new.written), message, "names that stay apart")


def _flaw(path: tuple[str, ...], message: str, allowed: str) -> Unexpandable:
    return Unexpandable(Flaw(path, message, allowed))
