"""From a body to a spec, or to everything that is wrong with it; for submit and validate alike."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from marshmallow import ValidationError

from windlass.coordinator.dialects.native import graph, matrix
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.dialects.native.translate import to_job_spec
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.web.body import Body
from windlass.coordinator.web.failures import flaw_of
from windlass.coordinator.web.reading import MOST_FLAWS, Flaw, Path, Unreadable
from windlass.coordinator.web.refusals import flaws as flaws_of
from windlass.shared.spec import JobSpec

Check = Callable[[JobSpec], Sequence[Problem]]

_SCHEMA = JobDocument()
_WORDS = {"condition": "if", "kind": "type", "key": "name"}  # of a spec -> of a document


@dataclass(frozen=True)
class Intake:
    """``spec`` is there exactly when nothing is wrong."""

    spec: JobSpec | None
    flaws: Sequence[Flaw] = ()


def take(body: Body, check: Check) -> Intake:
    """``check`` is the engine's."""
    try:
        value = body.load()
    except Unreadable as problem:
        return Intake(None, problem.flaws)
    spec, flaws = _examine(value, check)
    if not flaws:
        return Intake(spec)
    return Intake(None, _placed(flaws[:MOST_FLAWS], body))


def _examine(value: Any, check: Check) -> tuple[JobSpec | None, list[Flaw]]:
    flaws: list[Flaw] = []
    try:
        document = _SCHEMA.load(value)
    except ValidationError as error:
        flaws = flaws_of(error)
        document = _what_remains(value, [flaw.path for flaw in flaws])
    flaws += islice(graph.flaws(value), MOST_FLAWS)
    too_many = list(matrix.flaws(value))
    flaws += too_many
    if document is None or too_many:
        return None, flaws
    origins = [instance.written for instance in matrix.expand(document["tasks"])]
    spec = to_job_spec(document)
    known = {flaw.path for flaw in flaws}
    around = {path[:length] for path in known for length in range(len(path))}
    found = (_in_words(_written(flaw_of(problem), origins)) for problem in check(spec))
    for flaw in dict.fromkeys(found):  # instances of a task have the same flaws
        # What was left out above is not to be missed here.
        if flaw.path not in around and not _within(flaw.path, known):
            flaws.append(_in_defaults(flaw, value))
    return spec, flaws


def _what_remains(value: Any, wrong: Sequence[Path]) -> Any:
    """The document without its flaws, so that the engine can look at the rest; None if there is
    not enough left to be a job, or too much wrong to look further."""
    if len(wrong) > MOST_FLAWS:
        return None
    pruned = copy.deepcopy(value)
    for path in sorted(filter(None, set(wrong)), key=_order, reverse=True):
        _drop(pruned, path)
    try:
        return _SCHEMA.load(pruned)
    except ValidationError:
        return None


def _order(path: Path) -> list[tuple[int, str]]:
    """Sorted backwards: later items of a list first, and what is inside before what is around."""
    return [(step, "") if isinstance(step, int) else (-1, step) for step in path]


def _drop(document: Any, path: Path) -> None:
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    last: Any = path[-1]
    if last == "name":
        parent["name"] = f"unnamed {path[-2] if len(path) > 1 else 'job'}"
    elif path[:-1] == ("tasks",):
        parent[last] = {"name": f"unnamed {last}", "run": "true"}
    elif isinstance(parent, list):
        del parent[last]
    else:
        parent.pop(last, None)


def _written(flaw: Flaw, origins: Sequence[int]) -> Flaw:
    """Of the task that was written, not of its instance."""
    match flaw.path:
        case ("tasks", int(position), *rest):
            return replace(flaw, path=("tasks", origins[position], *rest))
    return flaw


def _in_words(flaw: Flaw) -> Flaw:
    """A path through a spec, as a path through a document."""
    steps = (_WORDS.get(str(step), step) for step in flaw.path if step != "container")
    return replace(flaw, path=tuple(steps))


def _in_defaults(flaw: Flaw, value: Any) -> Flaw:
    """Point at ``defaults`` where a task has it from there."""
    match flaw.path:
        case ("tasks", int(position), str(name), *rest):
            own = value["tasks"][position]
            if name not in own and name in value.get("defaults", {}):
                return replace(flaw, path=("defaults", name, *rest))
    return flaw


def _within(path: Path, known: set[Path]) -> bool:
    return any(path[:length] in known for length in range(len(path) + 1))


def _placed(flaws: Sequence[Flaw], body: Body) -> Sequence[Flaw]:
    """With line and column: of the field, or of what it is missing from."""
    around = {flaw.path[:length] for flaw in flaws for length in range(len(flaw.path) + 1)}
    places = body.places(around)
    return [_with_place(flaw, places) for flaw in flaws]


def _with_place(flaw: Flaw, places: Any) -> Flaw:
    for length in range(len(flaw.path), -1, -1):
        place = places.get(flaw.path[:length])
        if place and flaw.line is None:
            return replace(flaw, line=place[0], column=place[1])
    return flaw
