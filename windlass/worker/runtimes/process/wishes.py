"""What of an order a plain process can have. Pure.

Refused is what a task would rely on: mounts, networks, gpus. Not used is what another node would do
better: image, pull, registry, scratch, limits.cpus, shm; of the last two the task's log says so.
A memory limit is the most data each process may have, so a process over it is refused memory, not
killed. A working directory lies below the attempt's own.
"""

import posixpath
from collections.abc import Mapping, Sequence

from windlass.shared.spec import Container
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable
from windlass.worker.runtimes.orders import rejected
from windlass.worker.runtimes.process.directory import Directory

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def check_wishes(container: Container) -> None:
    wished = {
        "mounts": any(not mount.scratch for mount in container.mounts),
        "networks": container.networks,
        "gpus": container.gpus,
    }
    for field, wish in wished.items():
        if wish:
            raise rejected(f"{field}: this node runs plain processes, which cannot have any")
    if ".." in (container.workdir or "").split("/"):
        raise rejected("workdir: must be a path without '..'")
    for parcel in container.parcels:
        if ".." in parcel.target.split("/"):
            raise rejected("parcels: a target must be a path without '..'")


def command_line(container: Container, directory: Directory) -> list[str]:
    layout = container.layout
    if container.run is not None and not (layout.cmd_first and container.cmd):
        return [*(container.entrypoint or layout.shell), str(directory.script)]
    words = [*container.entrypoint, *container.cmd]
    if not words:
        raise Unrunnable(
            Reason.SETUP, "it has neither run nor cmd, and this node has no image to take one from"
        )
    return words


def working_directory(container: Container, directory: Directory) -> str:
    below = posixpath.normpath("/" + (container.workdir or "")).lstrip("/")
    return str(directory.work / below)


def environment(container: Container, directory: Directory) -> Mapping[str, str]:
    return {
        "PATH": PATH,
        "HOME": str(directory.work),
        "LANG": "C.UTF-8",
        "TMPDIR": str(directory.tmp),
        **container.env,
        container.layout.output_variable: str(directory.output),
        container.layout.progress_variable: str(directory.progress),
        **({work: str(directory.work)} if (work := container.layout.work_variable) else {}),
    }


def notes(container: Container) -> Sequence[str]:
    """At most one line. The image is not worth one: the node's runtime says that it is not used;
    nor is scratch, which a door adds and no user asked for."""
    wished = {
        "limits.cpus": container.limits.cpus,
        "shm": container.shm,
    }
    unused = [f"{name} {value}" for name, value in wished.items() if value is not None]
    return [f"not used, as this node runs plain processes: {', '.join(unused)}"] if unused else []
