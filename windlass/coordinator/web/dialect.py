"""What a door is to the coordinator."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response

from windlass.coordinator.engine.endings import Listener
from windlass.coordinator.engine.generate import Read
from windlass.coordinator.engine.hooks import HookWords
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Gate
from windlass.coordinator.web.failures import Failure
from windlass.coordinator.web.replies import envelope
from windlass.coordinator.web.settings import HttpSettings
from windlass.coordinator.web.streams import Streams


@dataclass(frozen=True)
class Site:
    """What a door may use to answer; ``prefix`` is where it was mounted."""

    engine: Engine
    gate: Gate
    streams: Streams
    settings: HttpSettings
    prefix: str


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """``prefix``: where its clients expect it, unless the configuration says otherwise.

    ``paths``: what is its own below the prefix, for doors that share one. ``envelope`` puts a
    failure into the door's own words. It is asked for everything that goes wrong below its paths,
    addresses and methods nobody serves included. ``hooks``: what its jobs' webhooks are told; none
    without.
    """

    name: str
    prefix: str
    paths: tuple[str, ...] = ("",)
    build: Callable[[Site], Blueprint]
    envelope: Callable[[Failure], Response] = envelope
    hooks: HookWords | None = None
    generated: Read | None = None  # reads what a generator wrote, if the door has such tasks
    counts: Listener | None = None  # hears how its jobs of templates end
