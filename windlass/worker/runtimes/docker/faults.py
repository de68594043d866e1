"""Whose fault it was that a container could not be made or started, and in which words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from docker.errors import APIError

from windlass.shared.states import Reason
from windlass.worker.runtimes.base import RuntimeBroken, Unrunnable
from windlass.worker.runtimes.docker.daemon import status, words

NOT_FOUND = 404
CONFLICT = 409

# The daemon answers these with 500, as it does when it is in trouble itself.
_ASKED_FOR_THE_IMPOSSIBLE = re.compile(
    r"unable to find (user|group)|uids and gids must be|not a? ?directory|no such file or directory"
    r"|permission denied|read-only file system"
)
_NO_DEVICE = "could not select device driver"

# What docker-init says in the container's log when it cannot start the task's first process.
_INIT_SAYS = re.compile(rb"\[FATAL tini \(\d+\)\] exec .*? failed: (.+)\n", re.DOTALL)
_ITSELF_SAYS = re.compile(rb"exec /sbin/docker-init: (.+)\n")
UNSTARTED_CODES = {1, 126, 127}


class NameTaken(RuntimeBroken):
    """There is a container for this attempt already."""


class NetworkGone(RuntimeBroken):
    """Somebody removed the network that the container was to be on."""


def of_create(problem: APIError) -> Exception:
    if status(problem) == NOT_FOUND:
        return Unrunnable(Reason.IMAGE, words(problem))
    if status(problem) == CONFLICT:
        return NameTaken(words(problem))
    if problem.is_client_error():
        return Unrunnable(Reason.REJECTED, words(problem))
    return _of_either(problem)


def of_start(problem: APIError) -> Exception:
    if status(problem) == NOT_FOUND:  # the network, or the container itself, was taken away
        text = words(problem)
        return NetworkGone(text) if "network" in text else RuntimeBroken(text)
    if problem.is_client_error():
        return Unrunnable(Reason.SETUP, words(problem))
    return _of_either(problem)


def _of_either(problem: APIError) -> Exception:
    text = words(problem)
    if _NO_DEVICE in text:
        return Unrunnable(Reason.REJECTED, f"gpus: this node has none to give: {text}")
    if _ASKED_FOR_THE_IMPOSSIBLE.search(text):
        return Unrunnable(Reason.SETUP, text)
    return RuntimeBroken(text)


def unstarted(log: bytes, inspected: Mapping[str, Any], script: str) -> str | None:
    """Why the first process never ran, if ``log`` is the whole log of a container that failed."""
    match = _INIT_SAYS.fullmatch(log) or _ITSELF_SAYS.fullmatch(log)
    if not match:
        return None
    said = match[1].decode(errors="replace").lower()
    command = _command(inspected)
    program = command[0] if command else ""
    if program == "sh" and command[-1:] == [script]:
        return f"the image has no usable `sh` for the run script ({said}): use cmd or entrypoint"
    return f"cannot execute {program!r}: {said}"


def _command(inspected: Mapping[str, Any]) -> Sequence[str]:
    return [inspected["Path"], *(inspected["Args"] or [])]
