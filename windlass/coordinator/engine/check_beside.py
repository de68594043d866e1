"""What can be wrong with what runs before, after and beside a task. Pure."""

import re
from typing import Protocol

from windlass.coordinator.engine import check_container
from windlass.coordinator.engine.notes import Notes, Path
from windlass.shared.durations import LONGEST
from windlass.shared.spec import Container, Errand, Probe, TaskSpec

MOST = 100  # of each kind
_NAME_LENGTH = 256
_LAST_PORT = 65_535
_PATH = re.compile(r"/[\x21-\x7e]*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")


class Templates(Protocol):
    def check(self, place: Path, text: str) -> None: ...
    def check_container(self, container: Container) -> None: ...


def check(notes: Notes, templates: Templates, task: TaskSpec) -> None:
    """``notes.at`` is the task, and is again afterwards."""
    at = notes.at
    for kind in ("pre", "post"):
        _too_many(notes, kind, len(getattr(task, kind)))
        for position, step in enumerate(getattr(task, kind)[:MOST]):
            notes.at = (*at, kind, position)
            notes.length(("name",), step.name, 1, _NAME_LENGTH)
            templates.check(("name",), step.name)
            check_container.check(notes, step.container)
            templates.check_container(step.container)
        notes.at = at
    _too_many(notes, "sidecars", len(task.sidecars))
    for position, sidecar in enumerate(task.sidecars[:MOST]):
        notes.at = (*at, "sidecars", position)
        notes.length(("name",), sidecar.name, 1, _NAME_LENGTH)
        check_container.check(notes, sidecar.container)
        _probe(notes, sidecar.probe)
        if task.together and sidecar.container.mounts:
            notes.add(("container", "mounts"), "has the task's own", "none, in a task together")
    notes.at = at
    if task.errand is not None:
        _errand(notes, task.errand)


def _too_many(notes: Notes, kind: str, count: int) -> None:
    if count > MOST:
        notes.add((kind,), "there are too many", f"at most {MOST}")


def _errand(notes: Notes, errand: Errand) -> None:
    if not _PATH.fullmatch(errand.path):
        notes.add(("errand", "path"), f"{errand.path!r} cannot be asked for", "a path from /")
    notes.within(("errand", "port"), errand.port, 1, _LAST_PORT)
    _too_many(notes, "errand.ready", len(errand.ready))
    for position, each in enumerate(errand.ready[:MOST]):
        place = ("errand", "ready", position)
        notes.within((*place, "port"), each.port, 1, _LAST_PORT)
        if each.path is not None and not _PATH.fullmatch(each.path):
            notes.add((*place, "path"), f"{each.path!r} cannot be asked for", "a path from /")
    for name, value in errand.headers.items():
        if not (_HEADER.fullmatch(name) and _VALUE.fullmatch(value)):
            notes.add(("errand", "headers", name), "is no header", "a name, and one line of text")


def _probe(notes: Notes, probe: Probe | None) -> None:
    if probe is None:
        return
    if not probe.path.startswith("/"):
        notes.add(("probe", "path"), f"{probe.path!r} cannot be asked for", "a path from /")
    notes.within(("probe", "port"), probe.port, 1, _LAST_PORT)
    notes.positive(("probe", "timeout"), probe.timeout, LONGEST)
