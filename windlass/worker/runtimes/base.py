"""What a runtime must do. ``tests/runtime`` holds the one contract suite; every runtime passes it.

Starting the same attempt twice returns the same run. A run outlives the worker: after a restart
``adopt`` finds it again, with its whole output and, if it ended meanwhile, its exit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason

CACHE_VARIABLE = "WINDLASS_CACHE"  # in the environment of a task that has a cache
OUTPUT_LIMIT = 1 << 20  # bytes of an output file that are read; the rest is an error
# How the output file begins of a task that could not set itself up; the reason follows.
SETUP_FAILED = b"windlass: setup failed: "
PIECE = 1 << 16  # the most bytes that ``Run.output`` yields at once

Stream = Literal["out", "err", "sys"]
Notice = Callable[[str, float | None], None]  # what the runtime is busy with, percent if known


@dataclass(frozen=True, kw_only=True)
class RuntimeConfig:
    """What an operator decides for every task of a node."""

    node: str
    state_dir: Path  # the process runtime keeps its attempts here
    bind_sources: tuple[str, ...] = ()  # host directories below which a bind may have its source
    networks: tuple[str, ...] = ()  # named networks that tasks may join
    default_image: str | None = None  # for a task that names none
    log_limit: int = 4 << 30  # bytes of spool an attempt may fill, framing included; then it ends
    tmp_size: int = 256 << 20  # of /tmp in a container
    pids: int = 512  # processes and threads in a container
    env: Mapping[str, str] = field(default_factory=dict)  # for tasks and their steps
    native_filter: bool = True  # of system calls: only those of the machine's own architecture


class RuntimeBroken(Exception):
    """The runtime, not the task, went wrong: worth another try, here or elsewhere."""


class Unrunnable(Exception):
    """This task cannot be run as asked: its own fault, and told so."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason  # IMAGE, SETUP or REJECTED


@dataclass(frozen=True)
class Exit:
    """How a run ended. Killed by a signal: ``code`` is 128 + signal, as a shell says it."""

    code: int
    oom: bool = False  # the kernel killed one of its processes for memory, and it did not succeed
    fault: str | None = None  # why its first process could not be had at all: reason SETUP
    seconds: float | None = field(default=None, compare=False)  # it ran, where that is known
    step: str = ""  # the name of the step that failed, where it was not the task itself
    late: float | None = None  # the seconds that step had, and did not keep to
    text: str = ""  # what went wrong, where the code is none of a process


@dataclass(frozen=True)
class Adopted:
    """A run found at start, with as much of its order as is needed to finish it.

    ``order`` holds no secrets: env, files and script are empty. ``age`` is seconds since start.
    """

    order: RunAttempt
    run: "Run"
    age: float


class Run(Protocol):
    """One started task. No method takes a timeout: deadlines belong to the runner."""

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        """Every byte, from the first, in an order that is the same on every call; follows until the
        run has ended and all it wrote is read. Pieces are at most 64 KiB; an empty piece may be
        yielded when nothing came for a while, so that the reader can flush what it holds."""

    def wait(self) -> Exit:
        """Blocks until it ended; the same answer ever after. RuntimeBroken: it cannot be known."""

    def stop(self, grace: float) -> None:
        """SIGTERM to every process of it, ``grace`` seconds, SIGKILL to what is left. Returns when
        nothing of it runs. After the end, or during another stop, it does no harm."""

    def result(self) -> bytes | None:
        """The output file, at most OUTPUT_LIMIT + 1 bytes; None when there is none."""

    def progress(self) -> bytes | None:
        """The progress file as it stands."""

    def address(self) -> str | None:
        """Where the worker reaches it; None when it has no network, or does not run."""

    def ask(self, command: Sequence[str], timeout: float) -> bool | None:
        """Whether ``command``, run inside, ends with 0 within ``timeout`` seconds. None: nobody can
        say, as where it does not run. RuntimeBroken."""

    def name(self) -> str:
        """What the machine calls it: for a person who looks there."""

    def remove(self) -> None:
        """Leave nothing behind: container, volumes, networks, directories. May be called twice."""


class Runtime(Protocol):
    name: str
    has_networks: bool  # each attempt has ports of its own

    def check(self) -> None:
        """RuntimeBroken when it cannot run anything now."""

    def prepare(self, order: RunAttempt, notice: Notice) -> None:
        """What may take long before the start, such as pulling the image. Unrunnable on failure.
        An exception raised by ``notice`` ends it, and passes through."""

    def start(self, order: RunAttempt) -> Run:
        """Unrunnable when the task's own wishes cannot be met, RuntimeBroken otherwise; either way
        nothing is left behind. A first process that is missing may show only in ``Exit.fault``."""

    def adopt(self) -> Sequence[Adopted]:
        """What this node's earlier worker left, running or ended."""

    def sweep(self, keep: Set[UUID]) -> int:
        """Remove what belongs to this node and to no attempt in ``keep``; how much that was."""

    def close(self) -> None:
        """Let go of what belongs to the node and to no attempt. Runs go on."""
