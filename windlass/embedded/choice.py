"""Docker or plain processes, when nobody said which."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from windlass.embedded import docker

_Ask = Callable[[str], str | None]  # why it is not to be had


@dataclass(frozen=True)
class Choice:
    runtime: str
    note: str = ""  # what a user should know about it


def choose(images: Sequence[str] = (), later: Sequence[str] = ()) -> Choice:
    """Docker when one answers and can have ``images``, which are pulled, and those needed
    ``later``, which are not; else the process runtime."""
    if given := os.environ.get("WINDLASS_RUNTIME"):
        return Choice(given)
    if reason := docker.why_not():
        return Choice("process", f"no Docker ({reason}): tasks run as plain processes")
    for image, ask in (*_each(images, docker.out_of_reach), *_each(later, docker.not_to_come)):
        if reason := ask(image):
            return Choice(
                "process", f"{image} is not to be had ({reason}): tasks run as plain processes"
            )
    return Choice("docker")


def _each(images: Sequence[str], ask: _Ask) -> Sequence[tuple[str, _Ask]]:
    return [(image, ask) for image in images]
