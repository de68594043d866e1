"""A worker's configuration, from the environment."""

import os
import socket
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Self

from environs import Env, FileAwareEnv, ValidationError, validate

from windlass.shared.durations import parse_duration
from windlass.shared.lease import LEASE_TTL, parse_lease
from windlass.shared.queues import is_queue_name
from windlass.shared.sealing import Ring, parse_ring
from windlass.shared.sizes import parse_size
from windlass.shared.spec import DEFAULT_QUEUE
from windlass.shared.urls import check_redis
from windlass.worker.identity import ANY_NUMBER
from windlass.worker.runtimes import NAMES


@dataclass(frozen=True, kw_only=True)
class Config:
    redis_url: str
    node: str
    queues: tuple[str, ...] = (DEFAULT_QUEUE,)
    concurrency: int
    cpus: float  # cores that attempts which ask for some may have together
    memory: int  # bytes
    runtime: str = "docker"
    state_dir: Path
    bind_sources: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    fetch_hosts: tuple[str, ...] = ()  # that archives may come from
    default_image: str | None = None
    host_env: tuple[str, ...] = ()  # NAME or NAME:ALIAS, for tasks and their steps
    seccomp: str = "native"
    order_keys: Ring = field(default_factory=Ring)  # open what coordinators have sealed
    lease: timedelta = LEASE_TTL  # the same for all of a fleet
    drain_timeout: float = 10.0
    health_file: Path | None = None  # touched by every beat of a worker that can do its work
    log_level: str = "info"

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        """Reports every bad variable at once, by ``environs.EnvValidationError``. ``X_FILE`` names
        a file that holds the value of ``X``."""
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        env.add_parser("ring", _ring)
        with env.prefixed("WINDLASS_"):
            config = cls(
                redis_url=env.str("REDIS_URL", "redis://127.0.0.1:6379/0", validate=_is_redis),
                node=env.str("NODE_NAME", socket.gethostname(), validate=_is_name),
                queues=_many(env.list("QUEUES", [DEFAULT_QUEUE], validate=_are_names)),
                concurrency=env.int(
                    "CONCURRENCY", os.cpu_count() or 1, validate=validate.Range(min=1, max=1000)
                ),
                cpus=env.float("CPUS", float(os.cpu_count() or 1), validate=_is_positive),
                memory=_size(env.str("MEMORY", str(_all_memory()), validate=_is_size)),
                runtime=env.str("RUNTIME", "docker", validate=validate.OneOf(NAMES)),
                state_dir=env.path("STATE_DIR", _default_state_dir()),
                bind_sources=_many(env.list("BIND_SOURCES", [])),
                networks=_many(env.list("NETWORKS", [])),
                fetch_hosts=_many(env.list("FETCH_HOSTS", [])),
                host_env=_many(env.list("HOST_ENV", [], validate=_are_variables)),
                default_image=env.str("DEFAULT_IMAGE", None),
                seccomp=env.str("SECCOMP", "native", validate=validate.OneOf(["native", "daemon"])),
                order_keys=env.ring("ORDER_KEYS", ""),
                lease=_lease(env.str("LEASE", "15s", validate=_is_lease)),
                drain_timeout=_parsed(env.str("DRAIN_TIMEOUT", "10s", validate=_is_duration)),
                health_file=env.path("HEALTH_FILE", None),
                log_level=env.str(
                    "LOG_LEVEL",
                    "info",
                    validate=validate.OneOf(["debug", "info", "warning", "error"]),
                ),
            )
        env.seal()
        return config


def _is_name(text: str) -> None:
    if not is_queue_name(text.removesuffix(ANY_NUMBER)):
        raise ValidationError(
            "may hold letters, digits, '.', '_' and '-', 63 at most, and a '*' at its end"
        )


def _are_names(names: list[str]) -> None:
    for name in names:
        if not is_queue_name(name):
            raise ValidationError(f"{name!r} is not the name of a queue")


def _ring(text: str) -> Ring:
    try:
        return parse_ring(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _are_variables(names: list[str]) -> None:
    for text in names:
        name, colon, alias = text.partition(":")
        if not name or "=" in text or (colon and not alias) or ":" in alias:
            raise ValidationError(f"{text!r} must be NAME or NAME:ALIAS")


def _is_redis(text: str) -> None:
    try:
        check_redis(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _is_positive(number: float) -> None:
    if not 0 < number < inf:
        raise ValidationError("must be above 0")


def _is_size(text: str) -> None:
    try:
        parse_size(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _size(text: str | None) -> int:
    """0 for what was refused already: ``seal`` reports it."""
    try:
        return int(parse_size(text or "0"))
    except ValueError:
        return 0


def _all_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _is_duration(text: str) -> None:
    try:
        parse_duration(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _is_lease(text: str) -> None:
    try:
        parse_lease(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _many(values: list[str] | None) -> tuple[str, ...]:
    """Empty for what was refused already: ``seal`` reports it."""
    return tuple(values or ())


def _parsed(text: str | None) -> float:
    """0 for what was refused already: ``seal`` reports it."""
    try:
        return parse_duration(text or "0s")
    except ValueError:
        return 0.0


def _lease(text: str | None) -> timedelta:
    """Likewise any."""
    try:
        return parse_lease(text or "")
    except ValueError:
        return LEASE_TTL


def _default_state_dir() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/windlass/worker")
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "windlass" / "worker"
