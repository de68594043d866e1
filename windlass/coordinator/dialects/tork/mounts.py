"""Tork's mounts as ours. What its worker refuses is a fault, in its words."""

from posixpath import normpath
from typing import Literal, cast

from windlass.coordinator.dialects.tork.documents import Mount
from windlass.coordinator.dialects.tork.faults import Unfit
from windlass.shared import spec

_KINDS = {"volume", "bind", "tmpfs"}


def of(mount: Mount, root: str) -> spec.Mount:
    """``root``: below it nothing can be mounted."""
    if problem := _problem(mount, root):
        raise Unfit(problem)
    return spec.Mount(
        kind=cast(Literal["volume", "bind", "tmpfs"], mount.type),
        target=mount.target,
        source=mount.source or None,
        options=mount.opts if mount.type == "volume" else {},
    )


def _problem(mount: Mount, root: str) -> str:
    if mount.type not in _KINDS:
        return f"unknown mount type: {mount.type}"
    if not mount.target:
        return f"{mount.type} target is required"
    if mount.type == "tmpfs" and mount.source:
        return "tmpfs source should be empty"
    if mount.type == "bind" and not mount.source.startswith("/"):
        return f"src bind mount is not allowed: {mount.source}"
    return _wrong_target(mount, root)


def _wrong_target(mount: Mount, root: str) -> str:
    if not mount.target.startswith("/") or not mount.target.strip("/"):
        return f"invalid mount target: {mount.target}: mount path must be absolute"
    if normpath(mount.target).lstrip("/").split("/")[0] == root.strip("/"):
        return f"invalid mount target: {mount.target}: {root} belongs to the task"
    return ""
