"""Rules of a whole struct: pairs of the field that is named and the tag."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Tree = Mapping[str, Any]
Whole = Callable[[Tree, Any], Iterator[tuple[str, str]]]

_COMPOSITES = (
    ("each", "parallel", "paralleloreach"),
    ("subjob", "parallel", "parallelorsubjob"),
    ("subjob", "each", "eachorsubjob"),
)
_NOT_OF_COMPOSITES = (
    "image",
    "cmd",
    "entrypoint",
    "run",
    "env",
    "queue",
    "pre",
    "post",
    "mounts",
    "retry",
    "limits",
    "timeout",
)
_PARTS = {"retry", "limits"}  # there as soon as they are mentioned
_PLACE = re.compile(r"[-A-Za-z0-9/._= ]+")


def _task(task: Tree, _: Any) -> Iterator[tuple[str, str]]:
    for first, second, tag in _COMPOSITES:
        if _there(task, first) and _there(task, second):
            yield first, tag
            yield second, tag
    if any(_there(task, kind) for kind in ("each", "subjob", "parallel")):
        for key in _NOT_OF_COMPOSITES:
            if _there(task, key) if key in _PARTS else task.get(key):
                yield key, "invalidcompositetask"


def _there(tree: Tree, key: str) -> bool:
    return tree.get(key) is not None


def _mount(mount: Tree, _: Any) -> Iterator[tuple[str, str]]:
    tag = _mount_tag(*(mount.get(key) or "" for key in ("type", "source", "target")))
    if tag:
        yield "mount", tag


def _mount_tag(kind: str, source: str, target: str) -> str:
    tests = {
        "typerequired": not kind,
        "sourcenotempty": kind == "volume" and source,
        "targetrequired": kind == "volume" and not target,
        "sourcerequired": kind == "bind" and not source,
        "invalidsource": source and not _PLACE.fullmatch(source),
        "invalidtarget": target and (not _PLACE.fullmatch(target) or target == "/tork"),
    }
    return next((tag for tag, wrong in tests.items() if wrong), "")


def _permission(permission: Tree, directory: Any) -> Iterator[tuple[str, str]]:
    user, role = permission.get("user") or "", permission.get("role") or ""
    if bool(user) == bool(role):
        yield "perm", "roleoruser"
    if user and not directory.has_user(user):
        yield "perm", "invalidusername"
    if role and not directory.has_role(role):
        yield "perm", "invalidrole"


WHOLES: Mapping[str, Whole] = {"Task": _task, "Mount": _mount, "Permission": _permission}
