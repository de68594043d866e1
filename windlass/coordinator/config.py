"""What the coordinator is told by its environment: frozen, and every mistake reported at once."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Self

from environs import Env, EnvError, FileAwareEnv, ValidationError, validate

from windlass.shared.lease import LEASE_TTL, parse_lease
from windlass.shared.urls import check_postgres, check_redis

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
    proxies: int = 0  # trusted ones in front, whose X-Forwarded-* headers count

    webhook_secret: str = field(default="", repr=False)  # signs what webhooks are told
    webhook_allow: tuple[str, ...] = ()  # receivers that are not public

    @classmethod
    def from_env(cls, env: Env | None = None) -> Self:
        """``X_FILE`` names a file that holds the value of ``X``."""
        env = env or FileAwareEnv(eager=False, strip_whitespace=True)
        env.add_parser("address", _address)
        env.add_parser("lease", _lease)
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
                webhook_secret=env.str("WEBHOOK_SECRET", ""),
                webhook_allow=tuple(env.list("WEBHOOK_ALLOW", []) or ()),
                log_level=env.str("LOG_LEVEL", "info", validate=validate.OneOf(LEVELS)),
            )
        env.seal()
        return config


def _lease(text: str) -> timedelta:
    try:
        return parse_lease(text)
    except ValueError as problem:
        raise EnvError(str(problem)) from None


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
