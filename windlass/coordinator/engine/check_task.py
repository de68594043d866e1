"""What can be wrong with one task, seen by itself. Pure."""

from collections.abc import Iterable

from windlass.coordinator.engine import check_beside, check_container, expressions
from windlass.coordinator.engine.notes import Notes, Path
from windlass.shared.durations import LONGEST
from windlass.shared.queues import is_queue_name
from windlass.shared.spec import PRIORITIES, Container, Retry, TaskSpec

NAME_LENGTH = 256
TAG_LENGTH = 128
MOST_TAGS = 100
MOST_RETRIES = 100
LARGEST_FACTOR = 100
MOST_TEMPLATES = 10_000  # different ones compiled beforehand; others fail when their task starts
QUEUE_NAME = "at most 63 letters, digits, '.', '_', '-', of which the first is a letter or digit"
IDENTIFIER = "a letter or '_', then letters, digits and '_'"

_DEFAULT_RETRY = Retry()


class Templates:
    """Compiles each text once, however many tasks share it; not at all where that is left to the
    start of a task."""

    def __init__(self, notes: Notes, *, lenient: bool = False) -> None:
        self.lenient = lenient
        self.names: tuple[str, ...] = ()  # what expressions may use beside what is always there
        self._around: tuple[str, ...] = ()  # variables of loops
        self._notes = notes
        self._flaws: dict[tuple[tuple[str, ...], str], str] = {}

    def seeing(self, name: str) -> "Templates":
        """For expressions within a loop, which see its variable as well."""
        inside = Templates(self._notes, lenient=self.lenient)
        inside._around = (*self._around, name)
        return inside

    def check(self, place: Path, text: str) -> None:
        if self.lenient or not expressions.is_templated(text):
            return
        names = (*self.names, *self._around)
        key = (names, text)
        if key not in self._flaws and len(self._flaws) < MOST_TEMPLATES:
            self._flaws[key] = _flaw(text, names)
        if flaw := self._flaws.get(key):
            self._notes.add(place, flaw)

    def check_container(self, container: Container) -> None:
        self.check(("container", "image"), container.image or "")
        for position, word in enumerate(container.cmd):
            self.check(("container", "cmd", position), word)
        for name, value in container.env.items():
            self.check(("container", "env", name), value)


def _flaw(text: str, names: tuple[str, ...]) -> str:
    try:
        expressions.check(text, names=names)
    except expressions.ExpressionError as problem:
        return str(problem)
    return ""


def check(notes: Notes, templates: Templates, task: TaskSpec) -> None:
    """``notes.at`` is the task."""
    notes.length(("name",), task.name, 1, NAME_LENGTH)
    notes.length(("key",), task.key, 0, NAME_LENGTH)
    notes.within(("priority",), task.priority, PRIORITIES.start, PRIORITIES.stop - 1)
    note_tags(notes, task.tags)
    if task.var is not None and not templates.lenient:
        _var(notes, task.var)
    if not expressions.is_templated(task.queue):
        note_queue(notes, task.queue)
    if task.retry != _DEFAULT_RETRY:
        _retry(notes, task.retry)
    if not (task.fault or task.parallel or task.each or task.subjob):
        check_container.check(notes, task.container)
    _templates(templates, task)
    if task.pre or task.post or task.sidecars or task.errand:
        check_beside.check(notes, templates, task)


def _var(notes: Notes, var: str) -> None:
    if not (var.isascii() and var.isidentifier()):
        notes.add(("var",), f"{var!r} cannot be used in expressions", IDENTIFIER)


def note_queue(notes: Notes, queue: str) -> None:
    if not is_queue_name(queue):
        notes.add(("queue",), f"{queue!r} cannot name a queue", QUEUE_NAME)


def note_tags(notes: Notes, tags: Iterable[str]) -> None:
    for position, tag in enumerate(tags):
        if position == MOST_TAGS:
            notes.add(("tags",), "there are too many", f"at most {MOST_TAGS}")
            return
        notes.length(("tags", position), tag, 1, TAG_LENGTH)


def _retry(notes: Notes, retry: Retry) -> None:
    notes.within(("retry", "limit"), retry.limit, 0, MOST_RETRIES)
    notes.within(("retry", "initial_delay"), retry.initial_delay, 0, LONGEST)
    notes.within(("retry", "scaling_factor"), retry.scaling_factor, 1, LARGEST_FACTOR)
    notes.within(("retry", "max_delay"), retry.max_delay, 0, LONGEST)
    notes.within(("retry", "jitter"), retry.jitter, 0, 1)


def _templates(templates: Templates, task: TaskSpec) -> None:
    templates.names = ("matrix",) if task.matrix else ()
    templates.check(("name",), task.name)
    templates.check(("queue",), task.queue)
    if task.condition is not None:
        templates.check(("condition",), task.condition)
    templates.check_container(task.container)
