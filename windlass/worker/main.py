"""A worker's life: take up, serve, drain, leave. Whatever runs outlives it.

The first SIGTERM or SIGINT drains; a second one ends the process at once. Either way the next
worker of this node takes up what still runs.
"""

import os
import signal
import sys
from contextlib import closing, suppress
from dataclasses import replace
from threading import Event, Timer
from time import monotonic

from environs import EnvValidationError
from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.signals import reentrant_set
from windlass.worker import runtimes, wiring
from windlass.worker.adopt import adopt_patiently
from windlass.worker.capacity import Hold
from windlass.worker.config import Config
from windlass.worker.identity import NameTaken, installed
from windlass.worker.runtimes.base import Runtime, RuntimeBroken, RuntimeConfig
from windlass.worker.wiring import Worker

EXIT_REFUSED = 78  # EX_CONFIG
_SETTLE = 3.0  # seconds for the verdicts on what has ended
_FLUSH = 5.0
_UNASK = 3.0  # for the message that is on its way
_AGAIN = 0.5
_LEAVE = 30.0  # for all of the way out, but the drain
_NAME_PATIENCE = 20.0  # an owner that was killed is forgotten by then

log = logs.logger("worker")


def serve(config: Config) -> int:
    """Until a signal or a failure ends it; the exit code."""
    logs.configure(level=config.log_level)
    try:
        with installed(config.state_dir, config.node) as home:
            return _serve(replace(config, node=home.node), home.installation)
    except (NameTaken, RuntimeBroken) as refusal:
        log.critical("worker.refused", problem=str(refusal))
        return EXIT_REFUSED


def _serve(config: Config, installation: str) -> int:
    with closing(_runtime(config, installation)) as runtime:
        runtime.check()
        ending = Ending()
        worker = wiring.build(config, runtime, installation, ending.fail)
        return Service(worker, ending, config.drain_timeout).run()


def _runtime(config: Config, installation: str) -> Runtime:
    """Its runs carry the installation as well as the node's name."""
    return runtimes.load(
        config.runtime,
        RuntimeConfig(
            node=f"{config.node}-{installation[:8]}",
            state_dir=config.state_dir / config.node,
            bind_sources=config.bind_sources,
            networks=config.networks,
            default_image=config.default_image,
            env=_host_env(config.host_env),
            native_filter=config.seccomp == "native",
        ),
    )


def _host_env(wanted: tuple[str, ...]) -> dict[str, str]:
    """Of the worker's own variables; one that is not set is not passed on."""
    named = [text.partition(":") for text in wanted]
    return {alias or name: os.environ[name] for name, _, alias in named if name in os.environ}


class Ending:
    """That the process shall end, and with which code."""

    def __init__(self) -> None:
        self.wanted = Event()
        self.code = 0
        self._told_once = False
        self._want = reentrant_set(self.wanted)

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)

    def fail(self, code: int) -> None:
        """Something is broken that only a new process repairs."""
        self.code = code
        self.wanted.set()

    def _told(self, number: int, _frame: object) -> None:
        if self._told_once or self.wanted.is_set():
            os._exit(128 + number)
        self._told_once = True
        self._want()


class Service:
    def __init__(self, worker: Worker, ending: Ending, drain_timeout: float) -> None:
        self._worker = worker
        self._ending = ending
        self._drain_timeout = drain_timeout

    def run(self) -> int:
        self._ending.listen()
        worker = self._worker
        for part in worker.always:
            part.start()
        try:
            self._own_the_name()
            if self._adopt():
                worker.capacity.release(Hold.STARTING)
                log.info("worker.ready", node=worker.node, slots=worker.capacity.slots)
                self._ending.wanted.wait()
        finally:
            self._leave()
        return self._ending.code

    def _own_the_name(self) -> None:
        deadline = monotonic() + _NAME_PATIENCE
        while not self._ending.wanted.is_set():
            with suppress(RedisError):
                if self._worker.ownership.renew():
                    return
                if monotonic() > deadline:
                    raise NameTaken(
                        f"another worker named {self._worker.node!r} uses this Redis: "
                        "give this one another WINDLASS_NODE_NAME"
                    )
            self._ending.wanted.wait(_AGAIN)

    def _adopt(self) -> bool:
        worker, ending = self._worker, self._ending
        tools = (worker.runtime, worker.leases, worker.runner, worker.node)
        adopted = adopt_patiently(*tools, ending.wanted)
        if adopted:
            worker.sweeper.start()
            worker.intake.start(ending.fail)
            worker.watchdog.start()
        return adopted

    def _leave(self) -> None:
        last_resort = Timer(self._drain_timeout + _LEAVE, os._exit, [self._ending.code or 1])
        last_resort.daemon = True
        last_resort.start()
        log.info("worker.ends", code=self._ending.code)
        self._worker.capacity.hold(Hold.ENDING)
        self._worker.watchdog.stop()
        if self._ending.code == 0:
            self._drain()
        self._say_farewell()
        last_resort.cancel()

    def _drain(self) -> None:
        """Wait for what runs, then for the verdicts on it; leave the rest to the next worker."""
        worker = self._worker
        worker.intake.settle(_UNASK)
        worker.intake.stop(_FLUSH)
        emptied = worker.capacity.idle(self._drain_timeout) and worker.runner.empty(_SETTLE)
        if not emptied:
            log.info("worker.leaves", attempts=len(worker.runner.here()))

    def _say_farewell(self) -> None:
        worker = self._worker
        worker.reporter.flush(_FLUSH)
        for part in (worker.sweeper, *reversed(worker.always)):
            part.stop()
        with suppress(RedisError):
            worker.keeper.bequeath(worker.lasting)
            worker.heartbeat.leave()


def main() -> int:
    try:
        config = Config.from_env()
    except EnvValidationError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return EXIT_REFUSED
    return serve(config)


if __name__ == "__main__":
    sys.exit(main())
