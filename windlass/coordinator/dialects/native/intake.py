"""From a body to a spec, or to everything that is wrong with it; for submit and validate alike."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from marshmallow import Schema, ValidationError

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
    schedule: Mapping[str, Any] = field(default_factory=dict)  # where the schema has one


def take(body: Body, check: Check, schema: Schema = _SCHEMA) -> Intake:
    """``check`` is the engine's."""
    try:
        value = body.load()
    except Unreadable as problem:
        return Intake(None, problem.flaws)
    document, flaws = _loaded(value, schema)
    spec = None
    too_many = list(matrix.flaws(value))
    flaws += [*islice(graph.flaws(value), MOST_FLAWS), *too_many]
    if document is not None and not too_many:
        spec, origins = to_job_spec(document), _origins(document)
        found = [_written(flaw_of(problem), origins) for problem in check(spec)]
        flaws += _news(found, value, {flaw.path for flaw in flaws})
    if document is None or flaws:
        return Intake(None, _placed(flaws[:MOST_FLAWS], body))
    return Intake(spec, schedule=document.get("schedule", {}))


def _loaded(value: Any, schema: Schema) -> tuple[Any, list[Flaw]]:
    """The document, or what can be looked at of it, and what is wrong with the rest."""
    try:
        return schema.load(value), []
    except ValidationError as error:
        flaws = flaws_of(error)
    return _what_remains(value, [flaw.path for flaw in flaws], schema), flaws


def _origins(document: Any) -> Sequence[int]:
    """Which task as written each task of the spec comes from."""
    return [instance.written for instance in matrix.expand(document["tasks"])]


def _news(found: Sequence[Flaw], value: Any, known: set[Path]) -> Iterator[Flaw]:
    around = {path[:length] for path in known for length in range(len(path))}
    for flaw in dict.fromkeys(map(_in_words, found)):  # instances of a task have the same flaws
        # What was left out above is not to be missed here.
        if flaw.path not in around and not _within(flaw.path, known):
            yield _in_defaults(flaw, value)


def _what_remains(value: Any, wrong: Sequence[Path], schema: Schema) -> Any:
    """The document without its flaws, so that the engine can look at the rest; None if there is
    not enough left to be a job, or too much wrong to look further."""
    if len(wrong) > MOST_FLAWS:
        return None
    pruned = copy.deepcopy(value)
    for path in sorted(filter(None, set(wrong)), key=_order, reverse=True):
        _drop(pruned, path)
    try:
        return schema.load(pruned)
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
