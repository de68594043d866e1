"""The only place that builds a worker's parts and knows how they hang together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from redis import Redis

from windlass.shared.clock import Clock, SystemClock
from windlass.shared.lease import Leases
from windlass.shared.queues import of_node
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet
from windlass.worker import tasks
from windlass.worker.adopt import sweeper
from windlass.worker.app import create_app
from windlass.worker.capacity import Capacity, Hold
from windlass.worker.config import Config
from windlass.worker.consumer import admission
from windlass.worker.execution import Tools
from windlass.worker.health import Health
from windlass.worker.heartbeat import Heartbeat, Node
from windlass.worker.identity import Ownership
from windlass.worker.intake import Intake
from windlass.worker.keeper import Keeper
from windlass.worker.nudges import Nudges
from windlass.worker.parcels.remote import Leave
from windlass.worker.parcels.shelf import Shelf, directory_of
from windlass.worker.progress import Progress
from windlass.worker.pump import Pump
from windlass.worker.reporter import Reporter
from windlass.worker.runner import Runner
from windlass.worker.runtimes.base import Runtime
from windlass.worker.ticker import Ticker
from windlass.worker.watchdog import Pulse, Watchdog

ABSENCE = timedelta(minutes=2)  # how long leases outlast a worker that ended in order
_KEEPER_PATIENCE = 2.0  # seconds: a round that hangs must not cost the leases


class Part(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Worker:
    node: str
    runtime: Runtime
    leases: Leases
    lasting: Leases
    ownership: Ownership
    capacity: Capacity
    runner: Runner
    keeper: Keeper
    reporter: Reporter
    heartbeat: Heartbeat
    intake: Intake
    watchdog: Watchdog
    always: tuple[Part, ...]  # run from the start
    sweeper: Ticker


def build(
    config: Config, runtime: Runtime, installation: str, fail: Callable[[int], None]
) -> Worker:
    redis = connect(config.redis_url)
    tools = _tools(config, redis, runtime)
    keeper, capacity = tools.keeper, tools.capacity
    runner, pulse = Runner(tools), Pulse(tools.clock)
    ownership = Ownership(redis, config.node, installation)
    heartbeat = Heartbeat(redis, _node(config, tools.clock), ownership, capacity, keeper.held)
    nudges = Nudges(redis, config.node, [keeper.nudge, heartbeat.nudge])
    health = Health(runtime, capacity)
    return Worker(
        node=config.node,
        runtime=runtime,
        leases=tools.leases,
        lasting=Leases(redis, ABSENCE),
        ownership=ownership,
        capacity=capacity,
        runner=runner,
        keeper=keeper,
        reporter=tools.reporter,
        heartbeat=heartbeat,
        intake=_intake(config, runner, capacity, pulse),
        watchdog=Watchdog(redis, pulse, fail),
        always=(tools.reporter, keeper, nudges, tools.progress, health, heartbeat),
        sweeper=sweeper(runtime, runner),
    )


def _tools(config: Config, redis: Redis, runtime: Runtime) -> Tools:
    """Nothing may start with them yet: an earlier worker's runs come first."""
    clock, outlet, capacity = (
        SystemClock(),
        Outlet(redis),
        Capacity(config.concurrency, config.cpus, config.memory),
    )
    capacity.hold(Hold.STARTING)
    hasty = connect(config.redis_url, timeout=_KEEPER_PATIENCE)
    reporter = Reporter(outlet)
    return Tools(
        node=config.node,
        clock=clock,
        runtime=runtime,
        shelf=Shelf(
            redis,
            directory_of(config.state_dir / config.node),
            Leave(config.fetch_hosts, config.bind_sources),
        ),
        leases=Leases(redis, config.lease),
        keeper=Keeper(Leases(hasty, config.lease), config.node, config.lease),
        reporter=reporter,
        progress=Progress(reporter, clock, config.node),
        pump=Pump(outlet, clock),
        capacity=capacity,
    )


def _intake(config: Config, runner: Runner, capacity: Capacity, pulse: Pulse) -> Intake:
    app = create_app(config.redis_url)
    tasks.register(app, runner, config.order_keys)
    app.steps["consumer"].add(admission(capacity, pulse))
    served = (*config.queues, of_node(config.node))  # the last for what is meant for this node
    return Intake(app, config.node, served, pulse)


def _node(config: Config, clock: Clock) -> Node:
    return Node(
        name=config.node,
        queues=config.queues,
        runtime=config.runtime,
        version=_version(),
        state_dir=config.state_dir,
        health_file=config.health_file,
        clock=clock,
    )


def _version() -> str:
    try:
        return version("windlass")
    except PackageNotFoundError:  # run from a checkout
        return "0"
