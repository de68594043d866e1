"""A worker's life: take up, serve, drain, leave. Whatever runs outlives it.

The first SIGTERM or SIGINT drains; a second one ends the process at once. Either way the next
worker of this node takes up what still runs.
"""

import os
import signal
import sys
from contextlib import suppress
from threading import Event, Timer
from time import monotonic

from redis.exceptions import RedisError

from windlass.shared import logs
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
_LEAVE = 30.0  # for all of the way out, but the drain
_NAME_PATIENCE = 20.0  # an owner that was killed is forgotten by then

log = logs.logger("worker")


def serve(config: Config) -> int:
    """Until a signal or a failure ends it; the exit code."""
    logs.configure(level=config.log_level)
    try:
        with installed(config.state_dir, config.node) as installation:
            runtime = _runtime(config, installation)
            runtime.check()
            return Service(config, runtime, installation).run()
    except (NameTaken, RuntimeBroken) as refusal:
        log.critical("worker.refused", problem=str(refusal))
        return EXIT_REFUSED


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
        ),
    )


class Service:
    def __init__(self, config: Config, runtime: Runtime, installation: str) -> None:
        self._config = config
        self._worker: Worker = wiring.build(config, runtime, installation, self._fail)
        self._ending = Event()
        self._code = 0

    def run(self) -> int:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._told)
        worker = self._worker
        for part in worker.always:
            part.start()
        try:
            self._own_the_name()
            if self._adopt():
                worker.capacity.release(Hold.STARTING)
                log.info("worker.ready", node=worker.node, slots=worker.capacity.slots)
                self._ending.wait()
        finally:
            self._leave()
        return self._code

    def _told(self, number: int, _frame: object) -> None:
        if self._ending.is_set():
            os._exit(128 + number)
        log.info("worker.told", signal=signal.Signals(number).name)
        self._ending.set()

    def _fail(self, code: int) -> None:
        """Something is broken that only a new process repairs."""
        self._code = code
        self._ending.set()

    def _own_the_name(self) -> None:
        deadline = monotonic() + _NAME_PATIENCE
        while not self._ending.is_set():
            with suppress(RedisError):
                if self._worker.ownership.renew():
                    return
                if monotonic() > deadline:
                    raise NameTaken(
                        f"another worker named {self._worker.node!r} uses this Redis: "
                        "give this one another WINDLASS_NODE_NAME"
                    )
            self._ending.wait(0.5)

    def _adopt(self) -> bool:
        worker = self._worker
        adopted = adopt_patiently(
            worker.runtime, worker.leases, worker.runner, worker.node, self._ending
        )
        if adopted:
            worker.sweeper.start()
            worker.intake.start(self._fail)
            worker.watchdog.start()
        return adopted

    def _leave(self) -> None:
        last_resort = Timer(self._config.drain_timeout + _LEAVE, os._exit, [self._code or 1])
        last_resort.daemon = True
        last_resort.start()
        worker = self._worker
        worker.capacity.hold(Hold.ENDING)
        worker.watchdog.stop()
        if self._code == 0:
            worker.intake.settle(timeout=3.0)
            worker.intake.stop(timeout=5.0)
            self._drain()
        self._say_farewell()
        last_resort.cancel()

    def _drain(self) -> None:
        """Wait for what runs, then for the verdicts on it; leave the rest to the next worker."""
        worker = self._worker
        if worker.capacity.idle(self._config.drain_timeout):
            deadline = monotonic() + _SETTLE
            while worker.runner.here() and monotonic() < deadline:
                Event().wait(0.02)
        if left := len(worker.runner.here()):
            log.info("worker.leaves", attempts=left)

    def _say_farewell(self) -> None:
        worker = self._worker
        worker.reporter.flush(_FLUSH)
        for part in (worker.sweeper, *reversed(worker.always)):
            part.stop()
        with suppress(RedisError):
            worker.keeper.bequeath(worker.lasting)
            worker.heartbeat.leave()


if __name__ == "__main__":
    sys.exit(serve(Config.from_env()))
