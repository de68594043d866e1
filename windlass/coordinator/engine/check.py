"""Everything that makes a spec unfit to run, found at once. Pure, and linear in its size.

Paths lead through the spec as it is (``("tasks", 2, "container", "timeout")``).
"""

from collections.abc import Sequence

from windlass.coordinator.engine import check_composite, check_task, graph
from windlass.coordinator.engine.check_task import Templates, note_queue, note_tags
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.engine.notes import Notes
from windlass.coordinator.engine.storable import note_unstorable
from windlass.coordinator.engine.views import Submission
from windlass.shared.durations import LONGEST
from windlass.shared.spec import PRIORITIES, Group, JobSpec, TaskSpec

MOST_TASKS = 100_000
MOST_NEEDS = 1_000_000  # of all tasks of a job together
NAME_LENGTH = 256
DESCRIPTION_LENGTH = 10_000
KEY_LENGTH = 255
MOST_IN_GROUP = 1_000_000
HIGHEST_RANK = 1_000_000_000
_SHOWN = 10  # names of a cycle


def problems(spec: JobSpec) -> list[Problem]:
    return _problems(spec, 0)


def _problems(spec: JobSpec, depth: int) -> list[Problem]:
    """``depth``: composites around it."""
    notes = Notes()
    note_unstorable(notes, spec)
    templates = Templates(notes, lenient=spec.lenient)
    _job(notes, templates, spec)
    if depth and spec.permissions:
        notes.add(("permissions",), "are those of the job around it")
    if 0 < len(spec.tasks) <= MOST_TASKS:
        _tasks(notes, templates, spec.tasks, depth)
        if not spec.lenient:
            _unique(notes, "var", [task.var for task in spec.tasks])
    else:
        notes.add(("tasks",), f"there are {len(spec.tasks)} tasks", f"1 to {MOST_TASKS:,}")
    return notes.found()


def submission_problems(submission: Submission) -> list[Problem]:
    """Of what comes with the spec."""
    notes = Notes()
    for name in ("external_id", "idempotency_key", "owner"):
        value = getattr(submission, name)
        if value is not None:
            notes.at = (name,)
            note_unstorable(notes, value)
            notes.length((), value, 0 if name == "owner" else 1, KEY_LENGTH)
    return notes.found()


def _job(notes: Notes, templates: Templates, spec: JobSpec) -> None:
    notes.length(("name",), spec.name, 1, NAME_LENGTH)
    notes.length(("description",), spec.description, 0, DESCRIPTION_LENGTH)
    notes.within(("priority",), spec.priority, PRIORITIES.start, PRIORITIES.stop - 1)
    notes.positive(("timeout",), spec.timeout, LONGEST)
    notes.within(("total_timeout",), spec.total_timeout, 0, LONGEST)
    notes.positive(("delete_after",), spec.delete_after, LONGEST)
    note_queue(notes, spec.queue)
    note_tags(notes, spec.tags)
    if spec.group is not None:
        _group(notes, spec.group)
    if spec.output is not None:
        templates.names = ()
        templates.check(("output",), spec.output)


def _group(notes: Notes, group: Group) -> None:
    notes.length(("group", "name"), group.name, 1, NAME_LENGTH)
    notes.within(("group", "running"), group.running, 1, MOST_IN_GROUP)
    notes.within(("group", "waiting"), group.waiting, 0, MOST_IN_GROUP)
    notes.within(("group", "rank"), group.rank, -HIGHEST_RANK, HIGHEST_RANK)


def _tasks(notes: Notes, templates: Templates, tasks: Sequence[TaskSpec], depth: int) -> None:
    for position, task in enumerate(tasks):
        notes.at = ("tasks", position)
        check_task.check(notes, templates, task)
        check_composite.check(notes, templates, task, _problems, depth)
    notes.at = ()
    _unique(notes, "name", [task.key or task.name for task in tasks])
    _needs(notes, tasks)


def _unique(notes: Notes, field: str, values: Sequence[str | None]) -> None:
    first: dict[str, int] = {}
    for position, value in enumerate(values):
        if value is not None and first.setdefault(value, position) != position:
            message = f"{value!r} is taken by task {first[value]}"
            notes.add(("tasks", position, field), message, f"a {field} of its own")


def _needs(notes: Notes, tasks: Sequence[TaskSpec]) -> None:
    total = sum(len(task.needs) for task in tasks)
    if total > MOST_NEEDS:
        notes.add(("tasks",), f"they need each other {total} times", f"at most {MOST_NEEDS:,}")
        return
    for position, task in enumerate(tasks):
        notes.at = ("tasks", position, "needs")
        _parents(notes, position, task.needs, len(tasks))
    notes.at = ()
    _cycle(notes, tasks)


def _parents(notes: Notes, child: int, parents: Sequence[int], size: int) -> None:
    for place, parent in enumerate(parents):
        if not 0 <= parent < size:
            notes.add((place,), f"there is no task {parent}", f"0 to {size - 1}")
        elif parent == child:
            notes.add((place,), "a task cannot need itself")
    if len(set(parents)) < len(parents):
        notes.add((), "names a task twice")


def _cycle(notes: Notes, tasks: Sequence[TaskSpec]) -> None:
    """One that is longer than a task that needs itself."""
    others = [[p for p in task.needs if p != i] for i, task in enumerate(tasks)]
    cycle = graph.a_cycle(others)
    if cycle:
        names = [tasks[position].key or tasks[position].name for position in cycle[:_SHOWN]]
        names.append(names[0] if len(cycle) <= _SHOWN else f"… ({len(cycle)} tasks)")
        place = ("tasks", cycle[0], "needs")
        notes.add(place, f"need each other in a circle: {' → '.join(names)}", "no circles")
