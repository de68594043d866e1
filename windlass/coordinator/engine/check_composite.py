"""What can be wrong with tasks made of tasks, and with jobs inside jobs. Pure."""

from collections.abc import Callable, Sequence

from windlass.coordinator.engine import check_task, expressions
from windlass.coordinator.engine.check_task import Templates
from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.engine.notes import Notes
from windlass.shared.spec import Each, JobSpec, Subjob, TaskSpec

DEEPEST = 16  # composites within one another

OfJob = Callable[[JobSpec, int], Sequence[Problem]]


def check(notes: Notes, templates: Templates, task: TaskSpec, of_job: OfJob, depth: int) -> None:
    """``notes.at`` is the task, and is again afterwards; ``of_job`` looks at a whole job that is so
    deep inside."""
    at = notes.at
    if depth >= DEEPEST and (task.parallel or task.each or task.subjob):
        notes.add((), "is nested too deep", f"at most {DEEPEST} within one another")
    elif task.parallel:
        for position, child in enumerate(task.parallel.tasks):
            notes.at = (*at, "parallel", "tasks", position)
            check_task.check(notes, templates, child)
            check(notes, templates, child, of_job, depth + 1)
    elif task.each:
        _each(notes, templates, task.each)
        notes.at = (*at, "each", "task")
        inside = templates.seeing(task.each.var)
        check_task.check(notes, inside, task.each.task)
        check(notes, inside, task.each.task, of_job, depth + 1)
    elif task.subjob:
        _subjob(notes, templates, task.subjob)
        notes.at = (*at, "subjob")
        for problem in of_job(task.subjob.job, depth + 1):
            notes.add(problem.path, problem.message, problem.allowed)
    notes.at = at


def _each(notes: Notes, templates: Templates, each: Each) -> None:
    if templates.lenient:
        return
    if not (each.var.isascii() and each.var.isidentifier()):
        message = f"{each.var!r} cannot be used in expressions"
        notes.add(("each", "var"), message, check_task.IDENTIFIER)
    try:
        expressions.check_first(each.list)
    except expressions.ExpressionError as problem:
        notes.add(("each", "list"), str(problem))


def _subjob(notes: Notes, templates: Templates, subjob: Subjob) -> None:
    """What its parent evaluates."""
    templates.check(("subjob", "name"), subjob.job.name)
    for name, value in subjob.job.inputs.items():
        templates.check(("subjob", "inputs", name), value)
    for name, value in subjob.job.secrets.items():
        templates.check(("subjob", "secrets", name), value)
