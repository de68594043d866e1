"""A worker whose consumer never asks the broker for anything."""

import sys
from collections.abc import Callable
from dataclasses import replace

from tests.support.fake_runtime import FakeRuntime
from windlass.shared.clock import SystemClock
from windlass.shared.redis import connect
from windlass.worker import wiring
from windlass.worker.config import Config
from windlass.worker.intake import Intake
from windlass.worker.main import Ending, Service
from windlass.worker.watchdog import Pulse, Watchdog


class DeafIntake(Intake):
    def __init__(self) -> None:
        """Has no Celery."""

    def start(self, died: Callable[[int], None]) -> None:
        """Does not."""


def main() -> int:
    config, ending = Config.from_env(), Ending()
    dog = Watchdog(connect(config.redis_url), Pulse(SystemClock()), ending.fail, silence=1.0)
    worker = wiring.build(config, FakeRuntime(), "installation", ending.fail)
    deaf = replace(worker, intake=DeafIntake(), watchdog=dog)
    return Service(deaf, ending, drain_timeout=0.0).run()


if __name__ == "__main__":
    sys.exit(main())
