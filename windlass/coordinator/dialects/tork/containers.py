"""What a Tork task, a step beside it or a sidecar runs, as a container. Pure.

Tork takes nearly anything at submit and fails the task later; so what cannot run here is told as a
fault of the task, in the words its worker has for it.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from windlass.coordinator.dialects.tork import limits, mounts
from windlass.coordinator.dialects.tork.documents import Aux, Limits, Task
from windlass.coordinator.dialects.tork.faults import Unfit
from windlass.shared import spec
from windlass.shared.durations import LONGEST
from windlass.shared.golang.durations import parse
from windlass.shared.spec import Container

# What a task of Tork's finds in its container, and the names it knows it by.
LAYOUT = spec.Layout(  # noqa: S604 - ``shell`` is a name of ours
    root="/tork",
    script="entrypoint",
    output="stdout",
    work="workdir",
    output_variable="TORK_OUTPUT",
    progress_variable="TORK_PROGRESS",
    work_variable="WORKDIR",
    introduced=False,
    script_mode=0o555,
    file_mode=0o444,
    shell=("sh", "-c"),
    cmd_first=True,
)

_NO_PROGRAM = "error pulling image: : repository name must have at least one component"


def of_task(task: Task, shared: Limits, timeout: str) -> Container:
    """With what of ``limits`` and ``timeout`` is the task's in the end."""
    given = _program(task)
    if time := seconds(timeout):
        given["timeout"] = time
    return Container(
        **given,
        limits=_limits(shared),
        workdir=task.workdir or None,
        gpus=task.gpus or None,
        networks=tuple(filter(None, task.networks)),
        mounts=tuple(mounts.of(mount, LAYOUT.root) for mount in task.mounts),
    )


def of_aux(aux: Aux) -> Container:
    given = _program(aux)
    if time := seconds(aux.timeout):
        given["timeout"] = time
    return Container(**given)


def seconds(timeout: str) -> float | None:
    """None: no limit. One that is over before it begins fails as it would there."""
    if not timeout:
        return None
    time = parse(timeout)
    if time <= 0:
        raise Unfit("context deadline exceeded")
    return min(time, LONGEST)


def _program(part: Task | Aux) -> dict[str, Any]:
    """``cmd`` wins over a script."""
    if not (part.image or part.run or part.cmd):
        raise Unfit(_NO_PROGRAM)
    if part.image and not part.image.strip():
        raise Unfit(f"error pulling image: {part.image}: invalid reference format")
    given: dict[str, Any] = {
        "env": _env(part.env),
        "files": _files(part.files),
        "layout": LAYOUT,
    }
    if part.image:
        given["image"] = part.image
    if part.cmd:
        given["cmd"] = _words(part.cmd)
    elif part.run:
        given["run"] = part.run if part.run.strip() else ":"
    if part.entrypoint:
        given["entrypoint"] = _words(part.entrypoint)
    if part.registry:
        given["registry"] = spec.Registry(
            username=part.registry.username, password=part.registry.password
        )
    return given


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words[0]:
        raise Unfit('error starting container: exec: "": no command')
    return words


def _env(env: Mapping[str, str]) -> dict[str, str]:
    """A name ends at its first ``=``, as it does once it is handed to a program."""
    found: dict[str, str] = {}
    for given, value in env.items():
        name, more, rest = given.partition("=")
        if not name:
            raise Unfit(f"error creating container: invalid environment variable: {more}{rest}")
        found[name] = f"{rest}={value}" if more else value
    return found


def _files(files: Mapping[str, str]) -> dict[str, str]:
    """All of them land in the working directory, those named from the root too."""
    found: dict[str, str] = {}
    for name, content in files.items():
        inside = name.lstrip("/")
        parts = PurePosixPath(inside).parts
        if not parts or ".." in parts:
            raise Unfit(f"error copying files to container: invalid file name: {name}")
        found[inside] = content
    return found


def _limits(given: Limits) -> spec.Limits:
    try:
        return spec.Limits(
            cpus=limits.cpus(given.cpus) if given.cpus else None,
            memory=limits.memory(given.memory) if given.memory else None,
        )
    except ValueError as problem:
        raise Unfit(str(problem)) from None
