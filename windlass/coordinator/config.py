"""What the coordinator is told by its environment: frozen, and every mistake reported at once."""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from math import inf
from typing import Self

from environs import Env, EnvError, FileAwareEnv, ValidationError, validate

from windlass.shared.durations import parse_duration
from windlass.shared.lease import LEASE_TTL, parse_lease
from windlass.shared.sealing import Ring, parse_ring
from windlass.shared.sizes import parse_size
from windlass.shared.states import JobState
from windlass.shared.urls import check_postgres, check_redis

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_ENDS = (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)
_YOUNGEST = 60.0  # seconds that a job is kept by the operator at the least
LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Address:
    """Where to listen. Port 0: any free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``host:port`` or ``[host]:port``; ValueError, in words, for anything else."""
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not port.isdecimal() or int(port) >= 1 << 16:
            raise ValueError(f"must be host:port, such as 127.0.0.1:7070, not {text!r}")
        return cls(host, int(port))

    @property
    def is_loopback(self) -> bool:
        """Reached from this machine alone."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Config:
    database_url: str
    redis_url: str
    bind: Address = Address("127.0.0.1", 7070)
    http_workers: int = 1
    http_threads: int = 128  # made as they are needed; a stream holds one
    insecure: bool = False  # open to everybody although others than this machine reach it
    bootstrap_token: str | None = field(default=None, repr=False)  # the first, if there is none
    name: str = "coordinator"  # among coordinators; the same after a restart
    lease: timedelta = LEASE_TTL  # the same for all of a fleet
    log_level: str = "info"
    ray_version: str = "2.60.0"  # what clients of Ray are told they talk to
    ray_start_timeout: float | None = None  # seconds
    entrypoint_image: str | None = "python:3.11-slim"  # runs commands that name none
    entrypoint_images: tuple[str, ...] = ("*",)  # patterns of those that may be named
    package_limit: int = 512 << 20  # bytes of one upload
    prefixes: Mapping[str, str] = field(default_factory=dict)  # of doors, by name
    proxies: int = 0  # trusted ones in front, whose X-Forwarded-* headers count

    secret_keys: Ring = field(default_factory=Ring)  # seal what lies in Postgres
    order_keys: Ring = field(default_factory=Ring)  # seal what workers are told; theirs as well
    webhook_secret: str = field(default="", repr=False)  # signs what webhooks are told
    webhook_allow: tuple[str, ...] = ()  # receivers that are not public
    # Seconds for which jobs that are over are kept, by how they ended; for ever where not there.
    retention: Mapping[JobState, float] = field(default_factory=dict)
    log_retention: float = inf  # seconds for which logs are kept, where that is less

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        """``X_FILE`` names a file that holds the value of ``X``."""
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        env.add_parser("address", _address)
        env.add_parser("lease", _lease)
        env.add_parser("size", _size)
        env.add_parser("age", _age)
        env.add_parser("ring", _ring)
        with env.prefixed("WINDLASS_"):
            address = env.address("BIND", "127.0.0.1:7070")
            config = cls(
                database_url=env.str("DATABASE_URL", validate=_checked(check_postgres)),
                redis_url=env.str("REDIS_URL", validate=_checked(check_redis)),
                bind=address,
                http_workers=env.int("HTTP_WORKERS", 1, validate=validate.Range(1, 64)),
                http_threads=env.int("HTTP_THREADS", 128, validate=validate.Range(4, 1000)),
                insecure=env.bool("INSECURE", False),
                bootstrap_token=env.str("BOOTSTRAP_TOKEN", None),
                name=f"{env.str('NODE_NAME', socket.gethostname())}@{address}",
                lease=env.lease("LEASE", "15s"),
                proxies=env.int("PROXIES", 0, validate=validate.Range(0, 10)),
                secret_keys=env.ring("SECRET_KEYS", ""),
                order_keys=env.ring("ORDER_KEYS", ""),
                webhook_secret=env.str("WEBHOOK_SECRET", ""),
                webhook_allow=tuple(env.list("WEBHOOK_ALLOW", []) or ()),
                retention=_retention(env),
                log_retention=env.age("RETENTION_LOGS", "never"),
                ray_version=env.str("RAY_VERSION", "2.60.0", validate=_is_version),
                ray_start_timeout=env.float(
                    "RAY_JOB_START_TIMEOUT_SECONDS", None, validate=validate.Range(min=1, max=1e9)
                ),
                entrypoint_image=env.str("ENTRYPOINT_IMAGE", "python:3.11-slim") or None,
                entrypoint_images=tuple(env.list("ENTRYPOINT_IMAGES", ["*"]) or ()),
                package_limit=env.size("PACKAGE_LIMIT", "512MB"),
                prefixes=_prefixes(env),
                log_level=env.str("LOG_LEVEL", "info", validate=validate.OneOf(LEVELS)),
            )
        env.seal()
        return config


def _ring(text: str) -> Ring:
    try:
        return parse_ring(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _lease(text: str) -> timedelta:
    try:
        return parse_lease(text)
    except ValueError as problem:
        raise EnvError(str(problem)) from None


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as problem:
        raise EnvError(str(problem)) from None


def _age(text: str) -> float:
    if text == "never":
        return inf
    try:
        age = parse_duration(text)
    except ValueError as problem:
        raise EnvError(str(problem)) from None
    if age < _YOUNGEST:
        raise EnvError("must be never, or a duration from 1m to 366d")
    return age


def _retention(env: Env) -> Mapping[JobState, float]:
    """What cannot be read is told with everything else that is wrong."""
    usual = env.age("RETENTION", "365d")
    otherwise = usual if usual and usual < inf else "never"
    ages = {state: env.age(f"RETENTION_{state.upper()}", otherwise) for state in _ENDS}
    return {state: age for state, age in ages.items() if age and age < inf}


def _prefixes(env: Env) -> Mapping[str, str]:
    """Only of the doors whose clients know nothing of ours but the address."""
    given = {door: env.str(f"{door.upper()}_PREFIX", None) for door in ("ray", "yuanrong")}
    return {door: prefix for door, prefix in given.items() if prefix is not None}


def _is_version(text: str) -> None:
    if not _VERSION.fullmatch(text):
        raise ValidationError("must be a version of Ray, such as 2.60.0")


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as problem:
        raise EnvError(str(problem)) from None


def _checked(check: Callable[[str], None]) -> Callable[[str], None]:
    def validator(text: str) -> None:
        try:
            check(text)
        except ValueError as problem:
            raise ValidationError(str(problem)) from None

    return validator
