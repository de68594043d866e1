"""A worker without Celery and the engine's side of it, on a real Redis; its runtime is a fake."""

import threading
from pathlib import Path

from redis import Redis

from tests.support.clocks import HandClock
from tests.support.engine_side import EngineSide
from tests.support.fake_runtime import FakeRun, FakeRuntime
from tests.support.waiting import until
from windlass.shared.lease import Leases, Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.streams import Outlet
from windlass.worker.capacity import Capacity
from windlass.worker.execution import Tools
from windlass.worker.keeper import Keeper
from windlass.worker.parcels.remote import Leave
from windlass.worker.parcels.shelf import Shelf
from windlass.worker.progress import Progress
from windlass.worker.pump import Pump
from windlass.worker.reporter import Reporter
from windlass.worker.runner import Runner

NODE = "node-1"


class Bench:
    """A worker without Celery, and the engine's side of it."""

    def __init__(self, redis: Redis, redis_url: str) -> None:
        self.engine = EngineSide(redis, redis_url, NODE)
        self.clock, self.runtime = HandClock(), FakeRuntime()
        outlet, leases = Outlet(redis), Leases(redis)
        self.reporter, self.keeper = Reporter(outlet), Keeper(leases, NODE)
        self.tools = Tools(
            node=NODE,
            clock=self.clock,
            runtime=self.runtime,
            shelf=Shelf(redis, Path("/nowhere"), Leave()),  # no order here names a parcel
            leases=leases,
            keeper=self.keeper,
            reporter=self.reporter,
            progress=Progress(self.reporter, self.clock, NODE),
            pump=Pump(outlet, self.clock),
            capacity=Capacity(2),
        )
        self.runner = Runner(self.tools)
        self.reporter.start()

    def started(self, order: RunAttempt) -> FakeRun:
        self.engine.leases.issue([order.attempt_id])
        self.runner.accept(order)
        until(lambda: order.attempt_id in self.runtime.runs)
        return self.runtime.runs[order.attempt_id]

    def judged(self, order: RunAttempt, verdict: Verdict) -> None:
        self.engine.judge(order, verdict)
        self.keeper.renew()

    def close(self) -> None:
        """Nothing of it works on when the test is over."""
        for run in [*self.runtime.runs.values(), *(one.run for one in self.runtime.left)]:
            run.stop(0)
        until(
            lambda: (
                not [
                    thread for thread in threading.enumerate() if thread.name.startswith("attempt-")
                ]
            )
        )
        self.reporter.stop()
        self.engine.close()
