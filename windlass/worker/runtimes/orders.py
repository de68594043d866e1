"""What both runtimes ask of an order before they act on it. Pure: no I/O."""

from pathlib import PurePosixPath

import msgspec

from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable

_LONGEST_NAME = 4096
_LONGEST_PART = 255


def without_secrets(order: RunAttempt) -> RunAttempt:
    """What may be kept beside a run to adopt it later: nothing a user may have put a secret in."""
    container = msgspec.structs.replace(
        order.container,
        env={},
        files={},
        placed={},
        run=None,
        cmd=(),
        entrypoint=(),
        parcels=(),
        registry=None,
    )
    return msgspec.structs.replace(
        order, container=container, pre=(), post=(), sidecars=(), errand=None
    )


def check_order(container: Container) -> None:
    """Unrunnable(REJECTED) for what no runtime can do, whatever door let it through."""
    for name in (*container.files, *container.placed):
        _check_file(name)
    for name, value in container.env.items():
        _check_variable(name, value)
    for field in ("run", "workdir", "user", "image"):
        _check_text(field, getattr(container, field) or "")
    for field in ("cmd", "entrypoint"):
        for word in getattr(container, field):
            _check_text(field, word)


def _check_file(name: str) -> None:
    parts = PurePosixPath(name).parts
    if (
        not parts
        or "\0" in name
        or name.startswith("/")
        or name.endswith("/")
        or ".." in parts
        or len(name.encode()) > _LONGEST_NAME
        or any(len(part.encode()) > _LONGEST_PART for part in parts)
    ):
        raise rejected(f"files: {name!r} must be a name below the working directory, without '..'")


def _check_variable(name: str, value: str) -> None:
    if not name or "=" in name or "\0" in name:
        raise rejected(f"env: {name!r} must be a name without '=' and NUL")
    _check_text(f"env: {name}", value)


def _check_text(field: str, value: str) -> None:
    if "\0" in value:
        raise rejected(f"{field}: must not hold a NUL")


def rejected(text: str) -> Unrunnable:
    return Unrunnable(Reason.REJECTED, text)


def to_bytes(text: str) -> bytes:
    """Lone surrogates, which JSON can smuggle in, become question marks."""
    return text.encode(errors="replace")
