"""The one command a worker receives through Celery."""

from typing import Literal
from uuid import UUID

import msgspec

from windlass.shared.spec import Container, Errand, Sidecar, Step

TASK_NAME = "windlass.run_attempt"


class Stage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Set by the worker alone, on the order of one container among several of an attempt."""

    of: UUID  # the attempt; ``attempt_id`` is then the container's own
    kind: Literal["pre", "task", "post", "sidecar"]
    name: str
    beside: bool = False  # there are sidecars: all share a network
    joins: UUID | None = None  # the container whose network namespace it is in
    called: bool = False  # the worker itself runs an errand to it


class RunAttempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Run this attempt, if its ticket is still open. Everything the worker needs is in here.

    ``together``: its container and its sidecars share one network namespace (where there are such)
    and the task's mounts; whichever ends first ends all of them, and how it ended is the outcome.
    """

    attempt_id: UUID
    task_id: UUID
    job_id: UUID
    number: int  # of the attempt, from 1
    job_name: str
    task_name: str
    queue: str
    container: Container
    pre: tuple[Step, ...] = ()
    post: tuple[Step, ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    together: bool = False
    errand: Errand | None = None
    stage: Stage | None = None


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(RunAttempt).decode
