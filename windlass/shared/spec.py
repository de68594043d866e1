"""What was asked for. A spec is never modified after submit; a change makes a new one.

Strings marked *template* may hold ``{{ expression }}`` blocks; they are evaluated once, when the
task starts, and the result is never evaluated again. Durations are seconds, sizes bytes.
"""

from typing import Literal

import msgspec

DEFAULT_QUEUE = "default"
DEFAULT_PRIORITY = 0
PRIORITIES = range(10)


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    cpus: float | None = None  # cores
    memory: int | None = None


class Mount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``volume``: lives as long as the attempt unless named. ``bind``: from the allow list."""

    kind: Literal["volume", "bind", "tmpfs"]
    target: str
    source: str | None = None
    read_only: bool = False
    size: int | None = None  # of a tmpfs


class Registry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    username: str
    password: str  # never shown


class Container(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one attempt runs; what the worker receives, with every template resolved.

    ``run`` is a shell script; else ``cmd`` is the argument list; else the image's own command.
    """

    image: str | None = None  # template; None: the runtime's default image
    run: str | None = None
    cmd: tuple[str, ...] = ()  # each a template
    entrypoint: tuple[str, ...] = ()
    env: dict[str, str] = {}  # each value a template
    files: dict[str, str] = {}  # name -> content, placed in the working directory
    workdir: str | None = None
    limits: Limits = Limits()
    gpus: str | None = None  # "all" or a count
    shm: int | None = None
    mounts: tuple[Mount, ...] = ()
    networks: tuple[str, ...] = ()
    user: str | None = None
    pull: Literal["always", "if-missing", "never"] = "if-missing"
    registry: Registry | None = None
    timeout: float | None = None
    grace: float = 10.0  # between SIGTERM and SIGKILL


class Retry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Delay before retry n is ``min(initial_delay * scaling_factor**(n-1), max_delay)``, of which
    ``jitter`` (0 … 1) is the share drawn at random."""

    limit: int = 0
    initial_delay: float = 1.0
    scaling_factor: float = 2.0
    max_delay: float = 300.0
    jitter: float = 0.1


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str  # template
    container: Container
    needs: tuple[int, ...] = ()  # positions of tasks in the same job, from 0
    condition: str | None = None  # template; skipped when the trimmed result is "false"
    var: str | None = None  # its output is ``tasks.<var>`` in later expressions
    queue: str = DEFAULT_QUEUE  # template
    priority: int = DEFAULT_PRIORITY  # 0 … 9, 9 first
    retry: Retry = Retry()
    allow_failure: bool = False
    tags: tuple[str, ...] = ()
    key: str = ""  # its unevaluated name: how a user refers to it


class JobSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    tasks: tuple[TaskSpec, ...]
    description: str = ""
    inputs: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    metadata: dict[str, str] = {}
    priority: int = DEFAULT_PRIORITY
    queue: str = DEFAULT_QUEUE  # where its tasks go unless they say otherwise
    timeout: float | None = None
    fail_fast: bool = False  # one failure cancels what still runs
    output: str | None = None  # template


encode = msgspec.json.Encoder().encode
decode_job = msgspec.json.Decoder(JobSpec).decode
decode_task = msgspec.json.Decoder(TaskSpec).decode
