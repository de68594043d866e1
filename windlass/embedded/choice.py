"""Docker or plain processes, when nobody said which."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from windlass.embedded import docker


@dataclass(frozen=True)
class Choice:
    runtime: str
    note: str = ""  # what a user should know about it


def choose(images: Sequence[str] = ()) -> Choice:
    """Docker when one answers and can have ``images``, else the process runtime."""
    if given := os.environ.get("WINDLASS_RUNTIME"):
        return Choice(given)
    if reason := docker.why_not():
        return Choice("process", f"no Docker ({reason}): tasks run as plain processes")
    for image in images:
        if reason := docker.out_of_reach(image):
            return Choice(
                "process", f"{image} is not to be had ({reason}): tasks run as plain processes"
            )
    return Choice("docker")
