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
    options: dict[str, str] = {}  # to the driver of a volume that lives as long as the attempt
    scratch: bool = False  # of a volume: empty, anybody may write there; none without images


class Registry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    username: str
    password: str  # never shown


class Parcel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An archive, unpacked at ``target`` before the start: stored under its ``digest``, or to
    be had at ``url``, where the node may fetch from."""

    target: str  # an absolute path; below the attempt's own directory on a node without images
    digest: str | None = None  # sha256
    url: str | None = None
    strip: bool = False  # leave out a single directory that holds all the rest


class Layout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a container finds what belongs to its attempt, and by which names: a door that speaks
    another system's language sets what the tasks of that system expect. Names are below ``root``.
    """

    root: str = "/windlass"  # absolute; nothing may be mounted at or below it
    script: str = "run"
    output: str = "output"
    progress: str = "progress"
    work: str = "work"  # where files go, and the start is, when no working directory is named
    output_variable: str = "WINDLASS_OUTPUT"  # names of variables; each holds a path
    progress_variable: str = "WINDLASS_PROGRESS"
    work_variable: str | None = None  # set on runtimes without images only
    introduced: bool = True  # it is told who it is: WINDLASS_JOB_ID and the like
    script_mode: int = 0o755
    file_mode: int = 0o755
    shell: tuple[str, ...] = ("sh",)  # what the path of the script is given to
    cmd_first: bool = False  # where there are both, ``cmd`` runs and ``run`` does not


class Liveness(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A container is ended, and has failed, once it was asked ``failures`` times in a row without
    a good answer: somebody listens on ``port``; with a ``path``, a GET of it answers 200 to 399;
    or ``command``, run in it, ends with 0 (not looked at on nodes without images)."""

    port: int | None = None
    path: str | None = None
    command: tuple[str, ...] = ()
    delay: float = 0.0  # from its start to the first time it is asked
    period: float = 10.0  # between two times
    timeout: float = 1.0  # for one answer
    failures: int = 3


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
    placed: dict[str, str] = {}  # the same, below the root of the layout
    parcels: tuple[Parcel, ...] = ()
    cache: str | None = None  # a directory that attempts of this key on one node share
    workdir: str | None = None
    limits: Limits = Limits()
    requests: Limits = Limits()  # what a node must have free for it
    gpus: str | None = None  # "all" or a count
    shm: int | None = None
    mounts: tuple[Mount, ...] = ()
    networks: tuple[str, ...] = ()
    user: str | None = None
    pull: Literal["always", "if-missing", "never"] = "if-missing"
    registry: Registry | None = None
    timeout: float | None = None
    fetch_timeout: float | None = None  # for its parcels; past it, the setup has failed
    stop_signal: Literal["TERM", "INT"] = "TERM"
    grace: float = 10.0  # between that and SIGKILL
    liveness: Liveness | None = None
    layout: Layout = Layout()


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A container that runs before or after the task's own, in the task's mounts, networks and
    limits but with an environment of its own. The first that fails ends the attempt."""

    name: str  # template
    container: Container


class Probe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ready once a GET of ``path`` answers 200."""

    path: str
    port: int
    timeout: float = 60.0


class Sidecar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A container that runs as long as the task's own, in a network they share. No templates."""

    name: str
    container: Container
    probe: Probe | None = None


class Ready(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody listens on ``port``; with a ``path``, a GET of it answers 200."""

    port: int
    path: str | None = None


class Errand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A POST that the task's containers are there for: made once one of them listens on ``port``
    and all are ``ready``, and made once. Its answer ends the task: completed where that is 200, or
    whatever it is where ``tolerant``, with ``{"status", "seconds"}`` as its output (status 0: the
    connection ended without one); else failed. So has what ends by itself before it has answered.
    """

    port: int
    path: str = "/"
    body: str = ""
    headers: dict[str, str] = {}
    tolerant: bool = False
    ready: tuple[Ready, ...] = ()


class Retry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Delay before retry n is ``min(initial_delay * scaling_factor**(n-1), max_delay)``, of which
    ``jitter`` (0 … 1) is the share drawn at random."""

    limit: int = 0
    initial_delay: float = 1.0
    scaling_factor: float = 2.0
    max_delay: float = 300.0
    jitter: float = 0.1


class Parallel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tasks that run side by side; done when all are."""

    tasks: "tuple[TaskSpec, ...]"
    concurrency: int = 0  # how many at once; 0: all


class Each(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run of a task for every element of a list, which expressions in it see as
    ``<var>.index`` (text, from "0") and ``<var>.value``."""

    list: str  # an expression, in braces or bare
    task: "TaskSpec"
    var: str = "item"
    concurrency: int = 0  # how many at once; 0: all


class Subjob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job of its own whose output becomes the task's. Of ``job``, the name and the values of
    inputs, secrets and webhooks are templates of the parent; all else is evaluated inside."""

    job: "JobSpec"
    detached: bool = False  # the task is done once the job is accepted
    document: str | None = None  # what the door shows as the document of the job


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Runs ``container``, or is one of ``parallel``, ``each`` and ``subjob``."""

    name: str  # template
    container: Container = Container()
    parallel: Parallel | None = None
    each: Each | None = None
    subjob: Subjob | None = None
    pre: tuple[Step, ...] = ()
    post: tuple[Step, ...] = ()  # only when the task's own container succeeded
    sidecars: tuple[Sidecar, ...] = ()
    together: bool = False  # it and its sidecars are one: see ``RunAttempt``
    errand: Errand | None = None
    description: str = ""
    needs: tuple[int, ...] = ()  # positions of tasks in the same job, from 0
    condition: str | None = None  # template; skipped when the trimmed result is "false"
    var: str | None = None  # its output is ``tasks.<var>`` in later expressions
    queue: str = DEFAULT_QUEUE  # template
    priority: int = DEFAULT_PRIORITY  # 0 … 9, 9 first
    retry: Retry = Retry()
    allow_failure: bool = False
    tags: tuple[str, ...] = ()
    metadata: dict[str, str] = {}  # for whoever submitted it; nothing here reads it
    matrix: dict[str, str] = {}  # expressions in it see this as ``matrix``
    generator: bool = False  # what it writes to stdout describes tasks to be added to the job
    key: str = ""  # its unevaluated name: how a user refers to it
    fault: str = ""  # why it cannot run: fails it with these words once its turn comes


class Webhook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    url: str
    headers: dict[str, str] = {}  # values are templates
    event: Literal["job.state", "job.progress", "task.state", "task.progress"] = "job.state"
    condition: str | None = None  # an expression over what the door shows; sent where it is true


class Permission(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may see and change a job: one of both. A job without any is open to everybody."""

    user: str | None = None  # username
    role: str | None = None  # slug


class Group(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Jobs of one name share how many attempts of theirs run at once, and how many may wait for
    that when another job is submitted. Those that wait start in the order of their jobs' ``rank``,
    the highest first, and within a rank in the order in which they came."""

    name: str
    running: int
    waiting: int
    rank: int = 0


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
    start_timeout: float | None = None  # from submit to the first start of any of its tasks
    total_timeout: float | None = None  # from submit to the end; 0: it is over at once
    fail_fast: bool = False  # one failure cancels what still runs
    output: str | None = None  # template
    secrets: dict[str, str] = {}  # for expressions; never shown, never in a log
    webhooks: tuple[Webhook, ...] = ()
    permissions: tuple[Permission, ...] = ()
    delete_after: float | None = None  # once it has completed
    group: Group | None = None
    lenient: bool = False  # wrong templates and vars show when a task starts, not at submit
    plain_ids: bool = False  # expressions see the job's id without dashes


encode = msgspec.json.Encoder().encode
decode_job = msgspec.json.Decoder(JobSpec).decode
decode_task = msgspec.json.Decoder(TaskSpec).decode
