"""What can be wrong with a container, as far as that can be told before it starts. Pure."""

import re
from pathlib import PurePosixPath

from windlass.coordinator.engine.notes import Notes
from windlass.shared.durations import LONGEST
from windlass.shared.sizes import LARGEST
from windlass.shared.spec import Container, Mount

IMAGE_LENGTH = 1_024
LEAST_MEMORY = 6 << 20  # what Docker needs to start anything
MOST_CPUS = 4_096
LONGEST_GRACE = 3_600.0

_VOLUME_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def check(notes: Notes, container: Container) -> None:
    """``notes.at`` is its task, step or sidecar."""
    _program(notes, container)
    _resources(notes, container)
    for name in container.env:
        if not name or "=" in name:
            notes.add(("container", "env", name), "cannot name a variable", "a name without '='")
    for name in container.files:
        if not _is_inside(name):
            notes.add(("container", "files", name), "leads elsewhere", "a relative path without ..")
    for position, mount in enumerate(container.mounts):
        _mount(notes, position, mount)


def _program(notes: Notes, container: Container) -> None:
    if container.image is None and container.run is None and not container.cmd:
        notes.add(("container",), "there is nothing to run", "one of image, run and cmd")
    if container.image is not None:
        notes.length(("container", "image"), container.image, 1, IMAGE_LENGTH)
    if container.run is not None and not container.run.strip():
        notes.add(("container", "run"), "must not be empty")
    for field in ("cmd", "entrypoint"):
        words = getattr(container, field)
        if words and not words[0]:
            notes.add(("container", field, 0), "must not be empty", "a program")
    for field in ("workdir", "user", "gpus"):
        if getattr(container, field) == "":
            notes.add(("container", field), "must not be empty")


def _resources(notes: Notes, container: Container) -> None:
    notes.positive(("container", "timeout"), container.timeout, LONGEST)
    notes.within(("container", "grace"), container.grace, 0, LONGEST_GRACE)
    notes.positive(("container", "limits", "cpus"), container.limits.cpus, MOST_CPUS)
    memory = container.limits.memory
    notes.within(("container", "limits", "memory"), memory, LEAST_MEMORY, LARGEST)
    notes.positive(("container", "shm"), container.shm, LARGEST)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _mount(notes: Notes, position: int, mount: Mount) -> None:
    place = ("container", "mounts", position)
    if not mount.target.startswith("/") or not mount.target.strip("/"):
        notes.add((*place, "target"), f"{mount.target!r} cannot be mounted on", "an absolute path")
    if mount.kind == "bind" and not (mount.source or "").startswith("/"):
        notes.add((*place, "source"), "a bind mount needs a source", "an absolute path")
    if mount.kind == "tmpfs" and mount.source is not None:
        notes.add((*place, "source"), "a tmpfs has no source")
    if mount.kind == "volume" and mount.source and not _VOLUME_NAME.fullmatch(mount.source):
        notes.add((*place, "source"), f"{mount.source!r} cannot name a volume")
    notes.positive((*place, "size"), mount.size, LARGEST)
