"""Tork's mounts as ours. What its worker refuses is a fault, in its words."""

from typing import Literal, cast

from windlass.coordinator.dialects.tork.documents import Mount
from windlass.coordinator.dialects.tork.faults import Unfit
from windlass.shared import spec

_KINDS = {"volume", "bind", "tmpfs"}


def of(mount: Mount) -> spec.Mount:
    if problem := _problem(mount):
        raise Unfit(problem)
    kind = cast(Literal["volume", "bind", "tmpfs"], mount.type)
    return spec.Mount(kind=kind, target=mount.target, source=mount.source or None)


def _problem(mount: Mount) -> str:
    if mount.type not in _KINDS:
        return f"unknown mount type: {mount.type}"
    if not mount.target:
        return f"{mount.type} target is required"
    if mount.type == "tmpfs" and mount.source:
        return "tmpfs source should be empty"
    if mount.type == "bind" and not mount.source.startswith("/"):
        return f"src bind mount is not allowed: {mount.source}"
    if not mount.target.startswith("/") or not mount.target.strip("/"):
        return f"invalid mount target: {mount.target}: mount path must be absolute"
    return ""
