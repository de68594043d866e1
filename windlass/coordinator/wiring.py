"""The composition root: the only place that builds Database, Redis, Publisher and Engine.

What is heavy is imported where it is needed: the loops need no Flask, the API no kombu.
"""

# ruff: noqa: PLC0415

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from redis import Redis

from windlass.coordinator.config import Config
from windlass.coordinator.loops import Loop, in_batches, run_all, wake_all, waking
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.safe import Safe
from windlass.coordinator.transport.nudges import ALL_CHANNELS, Nudges
from windlass.coordinator.transport.signals import RedisSignals, youth_of
from windlass.shared import keys
from windlass.shared.lease import RENEWALS
from windlass.shared.redis import connect

if TYPE_CHECKING:
    from flask import Flask

    from windlass.coordinator.engine.endings import Endings
    from windlass.coordinator.engine.generate import Read
    from windlass.coordinator.engine.hooks import HookWords
    from windlass.coordinator.web.streams import Streams

POOL = 10  # Postgres connections of one process, opened as they are needed


@dataclass(frozen=True)
class Ground:
    """What everything else stands on. Nothing is connected before it is used."""

    db: Database
    redis: Redis
    nudges: Nudges
    signals: RedisSignals

    def close(self) -> None:
        self.signals.close()
        self.nudges.close()
        self.redis.close()
        self.db.close()


def ground(config: Config, *hears: str) -> Ground:
    """``hears``: the channels of nudges that are of interest here."""
    redis = connect(config.redis_url)
    nudges = Nudges(redis, hears)
    hasty = connect(config.redis_url, timeout=1.0, retries=0)
    db = Database(config.database_url, POOL, Safe(config.secret_keys, config.order_keys))
    signals = RedisSignals(redis, hasty, nudges, youth_of(config.lease), _count)
    return Ground(db, redis, nudges, signals)


def _count(endings: "Endings") -> None:
    """The doors need Flask: one is loaded when the first job of a template of it has ended."""
    from windlass.coordinator import dialects

    for door in endings.doors():
        dialects.count(door, endings.of(door))


def http_app(config: Config, streams: "Streams") -> "Flask":
    """``streams``: whoever ends the process ends them first."""
    from windlass.coordinator.app import create_app
    from windlass.coordinator.engine.service import Engine
    from windlass.coordinator.store.guard import Guard
    from windlass.coordinator.web.settings import LOOPBACK, DoorSettings, HttpSettings

    base = ground(config, *ALL_CHANNELS)
    Guard(config.database_url, base.db).start()
    local = config.bind.is_loopback
    settings = HttpSettings(
        open=config.insecure or local,
        hosts=(*LOOPBACK, config.bind.host) if local else (),
        threads=config.http_threads,
        proxies=config.proxies,
        ray_version=config.ray_version,
        ray_start_timeout=config.ray_start_timeout,
        entrypoint_image=config.entrypoint_image,
        entrypoint_images=config.entrypoint_images,
        largest_package=config.package_limit,
        doors={name: DoorSettings(prefix=prefix) for name, prefix in config.prefixes.items()},
    )
    return create_app(Engine(base.db, base.signals), settings, streams)


def run_loops(config: Config, until: Callable[[], object]) -> None:
    """Every loop of the engine, until ``until`` returns."""
    base = ground(config, keys.DISPATCH_NUDGE)
    made = [
        *_handing_out(config, base),
        *_taking_in(config, base),
        *_watching(config, base),
        *_timed(config, base),
        *_forgetting(base.db),
    ]
    gc.freeze()
    base.nudges.listen([keys.DISPATCH_NUDGE], partial(wake_all, made))
    run_all(made, until)
    base.close()


def _handing_out(config: Config, base: Ground) -> Sequence[Loop]:
    from windlass.coordinator.engine import activate
    from windlass.coordinator.engine.dispatch import Dispatcher, Republisher
    from windlass.coordinator.transport.publisher import CeleryPublisher
    from windlass.shared.lease import Leases

    # In haste: rows are locked while it publishes.
    leases = Leases(connect(config.redis_url, timeout=2.0, retries=0))
    publisher = CeleryPublisher(config.redis_url, leases)
    ready = partial(activate.activate_ready, base.db, base.signals, 500)
    return [
        Loop(Dispatcher(base.db, publisher).step, every=1.0, nudged=True, gap=0.02),
        Loop(Republisher(base.db, publisher, base.signals).step, every=5.0),
        Loop(in_batches("activate", ready, full=500), every=2.0, nudged=True, gap=0.1),
    ]


def _taking_in(config: Config, base: Ground) -> Sequence[Loop]:
    from windlass.coordinator.engine import settle
    from windlass.coordinator.transport.courier import Courier
    from windlass.coordinator.transport.inbox import Inbox, Intake
    from windlass.coordinator.transport.logbook import Logbook

    # Without retries: a read repeated behind its back would leave entries behind.
    redis = connect(config.redis_url, retries=0)
    intake = Intake(base.db, base.signals)
    patient = connect(config.redis_url)
    final = Loop(
        in_batches("settle", partial(settle.settle, base.db, base.signals, 500), full=500),
        every=3.0,
        gap=0.1,
    )
    return [
        Loop(Courier(patient, base.db).step, every=1.0),
        Loop(waking(final, Inbox(redis, config.name, intake).step), every=1.0),
        Loop(waking(final, Logbook(redis, config.name, base.db, base.signals).step), every=1.0),
        final,
    ]


def _reader_of(door: str) -> "Read":
    """The doors need Flask: loaded when the first generator has run."""
    from windlass.coordinator import dialects

    return dialects.reader_of(door)


def _watching(config: Config, base: Ground) -> Sequence[Loop]:
    from windlass.coordinator.engine import cancel, deadlines, halt, pause, subjobs, templates
    from windlass.coordinator.engine.generate import Generators
    from windlass.coordinator.engine.reap import Pace, Reaper

    db, signals = base.db, base.signals
    stop = partial(cancel.carry_out, db, signals, 20)
    halting = partial(halt.carry_out, db, signals, 20)
    follow = partial(subjobs.follow, db, signals)
    every = min(3.0, config.lease.total_seconds() / RENEWALS)
    gone = partial(templates.carry_out, db, signals, 1_000)
    late = partial(deadlines.enforce, db, signals)
    return [
        Loop(Reaper(db, signals, signals, Pace(config.lease)).step, every=every),
        Loop(in_batches("cancel", stop, full=20), every=1.0, nudged=True, gap=0.1),
        Loop(in_batches("halt", halting, full=20), every=1.0, nudged=True, gap=0.1),
        Loop(in_batches("subjobs", follow, full=subjobs.BATCH), every=1.0, nudged=True, gap=0.1),
        Loop(in_batches("pause", partial(pause.remind, db, signals), full=1_000_000), every=10.0),
        Loop(Generators(db, signals, _reader_of).step, every=1.0, nudged=True, gap=0.1),
        Loop(in_batches("deadlines", late, full=deadlines.BATCH), every=0.5),
        Loop(in_batches("templates", gone, full=1_000_000), every=2.0),
    ]


def _forgetting(db: Database) -> Sequence[Loop]:
    """What nobody needs any more."""
    from windlass.coordinator.engine import blobs, fleet, groups, sessions

    idle = partial(sessions.forget, db)
    return [
        Loop(in_batches("blobs", partial(blobs.forget, db), full=blobs.BATCH), every=3600.0),
        Loop(in_batches("groups", partial(groups.forget, db), full=groups.BATCH), every=600.0),
        Loop(in_batches("sessions", idle, full=sessions.BATCH), every=3600.0),
        Loop(in_batches("fleet", partial(fleet.forget, db), full=1_000_000), every=3600.0),
    ]


def _timed(config: Config, base: Ground) -> Sequence[Loop]:
    from windlass.coordinator.engine import firing, retention
    from windlass.coordinator.engine.deliver import Deliverer
    from windlass.coordinator.transport.outgoing import Allowed, Outgoing

    fire = partial(firing.fire_due, base.db, base.signals)
    clear = partial(firing.clear, base.db, base.signals)
    retire = partial(retention.retire, base.db, config.retention)
    forget = partial(retention.forget_logs, base.db, config.log_retention)
    post = Outgoing(Allowed.parse(config.webhook_allow)).post
    deliverer = Deliverer(base.db, _hook_words, post, config.webhook_secret)
    return [
        Loop(deliverer.step, every=0.5),
        Loop(in_batches("schedules", fire, full=firing.BATCH), every=0.5),
        Loop(in_batches("deleted_schedules", clear, full=1), every=2.0),
        Loop(in_batches("expire", partial(retention.expire, base.db), full=retention.BATCH), 10.0),
        Loop(in_batches("retire", retire, full=retention.BATCH), every=600.0),
        Loop(in_batches("logs", forget, full=retention.BATCH), every=600.0),
    ]


def _hook_words(door: str) -> "HookWords | None":
    """Doors bring Flask along: only who has webhooks pays."""
    from windlass.coordinator.dialects import discover

    return {dialect.name: dialect.hooks for dialect in discover()}.get(door)
