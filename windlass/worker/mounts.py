"""Which mounts a task may have. A bind needs the operator's leave, the rest only sense."""

import os
import posixpath
import re
from collections.abc import Sequence

import msgspec

from windlass.shared.spec import Layout, Mount
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable

_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}")
_SYSTEM = ("/proc", "/sys", "/dev")


def check_mounts(
    mounts: Sequence[Mount], bind_sources: Sequence[str], root: str = Layout().root
) -> tuple[Mount, ...]:
    """The same mounts with plain targets, and binds with the source that is really meant.

    ``root`` is the layout's. Unrunnable(REJECTED) for one that is not allowed or makes no sense.
    """
    checked = tuple(_checked(mount, bind_sources, root) for mount in mounts)
    targets = [mount.target for mount in checked]
    for target in targets:
        if targets.count(target) > 1:
            raise _rejected(f"mounts: {target} is mounted twice")
    return checked


def _checked(mount: Mount, bind_sources: Sequence[str], root: str) -> Mount:
    mount = msgspec.structs.replace(mount, target=_target(mount.target, root))
    if mount.size is not None and (mount.kind != "tmpfs" or mount.size <= 0):
        raise _rejected(f"mounts: size of {mount.target}: only a tmpfs has one, above 0")
    if mount.options and (mount.kind != "volume" or mount.source):
        raise _rejected(f"mounts: options of {mount.target}: only an unnamed volume has them")
    if (
        mount.options.get("type", "tmpfs") != "tmpfs"
        or mount.options.get("device", "tmpfs") != "tmpfs"
    ):
        raise _rejected(f"mounts: options of {mount.target}: only those of a tmpfs are allowed")
    if mount.kind == "bind":
        return msgspec.structs.replace(mount, source=_bind_source(mount, bind_sources))
    if mount.kind == "tmpfs" and mount.source:
        raise _rejected(f"mounts: the tmpfs at {mount.target} cannot have a source")
    if mount.kind == "volume" and mount.source and not _VOLUME_NAME.fullmatch(mount.source):
        raise _rejected(
            f"mounts: {mount.source!r} is no name for a volume: letters, digits and ._- only"
        )
    return mount


def _target(target: str, root: str) -> str:
    if not target.startswith("/") or "\0" in target or ".." in target.split("/"):
        raise _rejected(f"mounts: target {target!r} must be an absolute path without '..'")
    plain = posixpath.normpath("/" + target.lstrip("/"))
    if plain == "/" or any(is_below(plain, taken) for taken in (*_SYSTEM, root)):
        raise _rejected(f"mounts: nothing can be mounted at {target}")
    return plain


def _bind_source(mount: Mount, allowed: Sequence[str]) -> str:
    """The real path: a link inside an allowed directory must not lead out of it."""
    source = mount.source or ""
    if not allowed:
        raise _rejected(f"mounts: {mount.target}: this node allows no bind mounts")
    if not source.startswith("/") or "\0" in source:
        raise _rejected(f"mounts: source {source!r} of a bind must be an absolute path")
    real = os.path.realpath(source)
    if not any(is_below(real, os.path.realpath(root)) for root in allowed):
        raise _rejected(f"mounts: source {source} is not below a directory this node allows")
    if not os.path.exists(real):
        raise _rejected(f"mounts: source {source} does not exist on this node")
    return real


def is_below(path: str, root: str) -> bool:
    """``path`` is ``root`` or inside it. Both absolute and plain."""
    return root in ("/", path) or path.startswith(root + "/")


def _rejected(text: str) -> Unrunnable:
    return Unrunnable(Reason.REJECTED, text)
