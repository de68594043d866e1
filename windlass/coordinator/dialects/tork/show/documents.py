"""The documents of answers, their fields in Tork's order. What has a default is left out where it
has that value; what has none is always there."""

from typing import Any

import msgspec

Map = dict[str, str]


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Its fields in Tork's order."""


class User(Answer, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    username: str = ""
    created_at: str = ""
    disabled: bool = False


class Role(Answer, frozen=True, kw_only=True):
    id: str = ""
    slug: str = ""
    name: str = ""
    created_at: str = ""


class Granted(Answer, frozen=True, kw_only=True):
    """Of a job's permissions: one of both."""

    role: Role | None = None
    user: User | None = None


class ScheduleOf(Answer, frozen=True, kw_only=True):
    id: str = ""


class JobSummary(Answer, frozen=True, kw_only=True):
    id: str = ""
    created_by: User | None = None
    parent_id: str = ""
    inputs: Map = {}
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    state: str = ""
    created_at: str = ""
    started_at: str = ""
    completed_at: str = ""
    failed_at: str = ""
    position: int
    task_count: int = 0
    result: str = ""
    error: str = ""
    progress: float | int = 0
    schedule: ScheduleOf | None = None


class JobNamed(Answer, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""


class Context(Answer, frozen=True, kw_only=True):
    job: JobNamed | None = None
    inputs: Map = {}
    secrets: Map = {}
    tasks: Map = {}


class Job(Answer, frozen=True, kw_only=True):
    id: str = ""
    parent_id: str = ""
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    state: str = ""
    created_at: str = ""
    created_by: User | None = None
    started_at: str = ""
    completed_at: str = ""
    failed_at: str = ""
    tasks: tuple[Any, ...]
    execution: tuple[Any, ...]
    position: int
    inputs: Map = {}
    context: Context
    task_count: int = 0
    output: str = ""
    result: str = ""
    error: str = ""
    defaults: Any = None
    webhooks: tuple[Any, ...] = ()
    permissions: tuple[Granted, ...] = ()
    auto_delete: Any = None
    delete_at: str = ""
    secrets: Map = {}
    progress: float | int = 0
    schedule: ScheduleOf | None = None


class Each(Answer, frozen=True, kw_only=True):
    var: str = ""
    list: str = ""
    task: Any = None
    size: int = 0
    completions: int = 0
    concurrency: int = 0
    index: int = 0


class Parallel(Answer, frozen=True, kw_only=True):
    tasks: tuple[Any, ...] = ()
    completions: int = 0


class RetryOf(Answer, frozen=True, kw_only=True):
    limit: int = 0
    attempts: int = 0
    initial_delay: str = ""
    scaling_factor: float | int | None = None
    max_delay: str = ""


class Task(Answer, frozen=True, kw_only=True):
    id: str = ""
    job_id: str = ""
    parent_id: str = ""
    position: int = 0
    name: str = ""
    description: str = ""
    state: str = ""
    created_at: str = ""
    scheduled_at: str = ""
    started_at: str = ""
    completed_at: str = ""
    failed_at: str = ""
    cmd: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    run: str = ""
    image: str = ""
    registry: Any = None
    env: Map = {}
    files: Map = {}
    queue: str = ""
    error: str = ""
    pre: tuple[Any, ...] = ()
    post: tuple[Any, ...] = ()
    sidecars: tuple[Any, ...] = ()
    mounts: tuple[Any, ...] = ()
    networks: tuple[str, ...] = ()
    node_id: str = ""
    retry: RetryOf | None = None
    limits: Any = None
    timeout: str = ""
    result: str = ""
    var: str = ""
    condition: str = msgspec.field(default="", name="if")
    parallel: Parallel | None = None
    each: Each | None = None
    subjob: Any = None
    gpus: str = ""
    tags: tuple[str, ...] = ()
    workdir: str = ""
    priority: int = 0
    progress: float | int = 0


class TaskSummary(Answer, frozen=True, kw_only=True):
    id: str = ""
    job_id: str = ""
    position: int = 0
    progress: float | int = 0
    name: str = ""
    description: str = ""
    state: str = ""
    created_at: str = ""
    scheduled_at: str = ""
    started_at: str = ""
    completed_at: str = ""
    error: str = ""
    result: str = ""
    var: str = ""
    tags: tuple[str, ...] = ()


class LogPart(Answer, frozen=True, kw_only=True):
    id: str = ""
    number: int = 0
    task_id: str = ""
    contents: str = ""
    created_at: str = ""


class Scheduled(Answer, frozen=True, kw_only=True):
    """Of lists, and of what was just made."""

    id: str = ""
    created_by: User | None = None
    inputs: Map = {}
    state: str = ""
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    created_at: str = ""
    cron: str = ""


class ScheduledJob(Answer, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    description: str = ""
    cron: str = ""
    state: str = ""
    inputs: Map = {}
    tasks: tuple[Any, ...]
    created_by: User | None = None
    defaults: Any = None
    auto_delete: Any = None
    webhooks: tuple[Any, ...] = ()
    permissions: tuple[Granted, ...] = ()
    created_at: str = ""
    tags: tuple[str, ...] = ()
    secrets: Map = {}
    output: str = ""


class Node(Answer, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    started_at: str = ""
    cpu_percent: float | int = msgspec.field(default=0, name="cpuPercent")
    last_heartbeat_at: str = ""
    queue: str = ""
    status: str = ""
    hostname: str = ""
    port: int = 0
    task_count: int = 0
    version: str


class Page(Answer, frozen=True, kw_only=True):
    items: tuple[Any, ...]
    number: int
    size: int
    total_pages: int
    total_items: int
