"""What is asked for, whatever door it came through."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from windlass.shared.spec import DEFAULT_QUEUE

NO_TIME_LIMIT = -1.0
SETUP_TIMEOUT = 600.0  # seconds


class Refused(ValueError):
    """What can never run, in one line for the caller."""


@dataclass(frozen=True, kw_only=True)
class Install:
    """Python packages to install. ``tool``: pip or uv."""

    tool: str
    packages: tuple[str, ...]
    options: tuple[str, ...] = ()
    version: str = ""  # of the tool, as a requirement says it
    check: bool = False


@dataclass(frozen=True, kw_only=True)
class Archive:
    """``uri`` as the caller wrote it; ``digest`` where it is stored here, else it is remote."""

    uri: str
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Environment:
    working_dir: Archive | None = None
    py_modules: tuple[Archive, ...] = ()
    env_vars: Mapping[str, str] = field(default_factory=dict)
    install: Install | None = None
    image: str | None = None
    setup_timeout: float = SETUP_TIMEOUT
    ignored: tuple[str, ...] = ()  # keys that mean nothing here
    unmet: str = ""  # why it cannot be set up at all: the job fails by it

    @property
    def is_empty(self) -> bool:
        return self == Environment()


@dataclass(frozen=True, kw_only=True)
class Resources:
    cpus: float | None = None
    gpus: float | None = None
    memory: int | None = None
    queue: str = DEFAULT_QUEUE


@dataclass(frozen=True, kw_only=True)
class Entrypoint:
    """``owner``: whose packages and caches it shares."""

    command: str
    id: str
    owner: str
    image: str | None
    start_timeout: float | None = None
    environment: Environment = Environment()
    metadata: Mapping[str, str] = field(default_factory=dict)
    resources: Resources = Resources()
