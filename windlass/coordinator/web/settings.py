"""What the HTTP side must be told. Made by the coordinator's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MEGABYTE = 1 << 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class DoorSettings:
    enabled: bool = True
    prefix: str | None = None  # None: where its clients expect it
    options: object = None  # the door's own; None: as its environment says


@dataclass(frozen=True, kw_only=True)
class HttpSettings:
    """``open``: without any token in the database, everybody may do everything; for a coordinator
    that only this machine reaches, or whose operator said so. ``hosts``: names it may then be
    called by, so that no web page reaches it under a name of its own; none: any name."""

    open: bool = False
    hosts: tuple[str, ...] = LOOPBACK
    threads: int = 32  # of one HTTP process
    largest_body: int = 32 * MEGABYTE
    proxies: int = 0  # trusted ones in front, whose X-Forwarded-* headers count
    ray_version: str = "2.60.0"  # what clients of Ray are told they talk to
    ray_start_timeout: float | None = None  # seconds until a job that has not started fails
    entrypoint_image: str | None = "python:3.11-slim"  # runs commands that name none
    entrypoint_images: tuple[str, ...] = ("*",)  # patterns of those that may be named
    largest_package: int = 512 * MEGABYTE
    doors: Mapping[str, DoorSettings] = field(default_factory=dict)

    def door(self, name: str) -> DoorSettings:
        return self.doors.get(name, DoorSettings())
