"""A job as Tork writes it: every field it knows, in its order, empty ones left out.

``encode`` is the canonical text that is stored with a job and shown again; what it gives is taken
by ``POST /jobs`` unchanged. Names inside are ours, names outside Tork's (``autoDelete``, ``if``).
"""

from typing import Any

import msgspec


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Text is "" where nothing was given, a list or map empty, a part None."""


class Registry(Model, frozen=True, kw_only=True):
    username: str = ""
    password: str = ""


class Mount(Model, frozen=True, kw_only=True):
    type: str = ""
    source: str = ""
    target: str = ""
    opts: dict[str, str] = {}


class Retry(Model, frozen=True, kw_only=True):
    """The delays are ours; None where not given. Durations are Go's text."""

    limit: int = 0
    initial_delay: str = ""
    scaling_factor: float | None = None
    max_delay: str = ""


class Limits(Model, frozen=True, kw_only=True):
    cpus: str = ""
    memory: str = ""


class Probe(Model, frozen=True, kw_only=True):
    path: str = ""
    port: int = 0
    timeout: str = ""


class Aux(Model, frozen=True, kw_only=True):
    """A task of ``pre`` and ``post``."""

    name: str = ""
    description: str = ""
    cmd: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    run: str = ""
    image: str = ""
    registry: Registry | None = None
    env: dict[str, str] = {}
    files: dict[str, str] = {}
    timeout: str = ""


class Sidecar(Aux, frozen=True, kw_only=True):
    probe: Probe | None = None


class AutoDelete(Model, frozen=True, kw_only=True):
    after: str = ""


class Webhook(Model, frozen=True, kw_only=True):
    url: str = ""
    headers: dict[str, str] = {}
    event: str = ""
    condition: str = msgspec.field(default="", name="if")


class Permission(Model, frozen=True, kw_only=True):
    user: str = ""
    role: str = ""


class Parallel(Model, frozen=True, kw_only=True):
    tasks: "tuple[Task, ...]" = ()


class Each(Model, frozen=True, kw_only=True):
    var: str = ""
    list: str = ""
    task: "Task | None" = None
    concurrency: int = 0


class Subjob(Model, frozen=True, kw_only=True):
    id: str = ""  # taken, and of no effect
    name: str = ""
    description: str = ""
    tasks: "tuple[Task, ...]" = ()
    inputs: dict[str, str] = {}
    secrets: dict[str, str] = {}
    auto_delete: AutoDelete | None = None
    output: str = ""
    detached: bool = False
    webhooks: tuple[Webhook, ...] = ()


class Task(Model, frozen=True, kw_only=True):
    name: str = ""
    description: str = ""
    cmd: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    run: str = ""
    image: str = ""
    registry: Registry | None = None
    env: dict[str, str] = {}
    files: dict[str, str] = {}
    queue: str = ""
    pre: tuple[Aux, ...] = ()
    post: tuple[Aux, ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    mounts: tuple[Mount, ...] = ()
    networks: tuple[str, ...] = ()
    retry: Retry | None = None
    limits: Limits | None = None
    timeout: str = ""
    var: str = ""
    condition: str = msgspec.field(default="", name="if")
    parallel: Parallel | None = None
    each: Each | None = None
    subjob: Subjob | None = None
    gpus: str = ""
    tags: tuple[str, ...] = ()
    workdir: str = ""
    priority: int = 0


class Defaults(Model, frozen=True, kw_only=True):
    retry: Retry | None = None
    limits: Limits | None = None
    timeout: str = ""
    queue: str = ""
    priority: int = 0


class Wait(Model, frozen=True, kw_only=True):
    timeout: str = ""


class Schedule(Model, frozen=True, kw_only=True):
    cron: str = ""


class Document(Model, frozen=True, kw_only=True):
    """A job, a scheduled job (then ``schedule`` is there), or what a sub-job is made of."""

    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    inputs: dict[str, str] = {}
    output: str = ""
    defaults: Defaults | None = None
    webhooks: tuple[Webhook, ...] = ()
    permissions: tuple[Permission, ...] = ()
    auto_delete: AutoDelete | None = None
    secrets: dict[str, str] = {}
    schedule: Schedule | None = None
    wait: Wait | None = None

    @property
    def cron(self) -> str:
        return self.schedule.cron if self.schedule else ""


def encode(document: Document) -> str:
    """Canonical, maps sorted by key; without ``wait``, which belongs to the request."""
    return _encode(msgspec.structs.replace(document, wait=None)).decode()


def decode(text: str) -> Document:
    """Of what ``encode`` gave."""
    return _decode(text)


def plain(part: Model) -> Any:
    """As maps and lists, for an answer."""
    return msgspec.to_builtins(part)


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Document).decode
