"""A real worker in a process of its own."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from windlass.worker.runtimes import load
from windlass.worker.runtimes.base import RuntimeConfig


@dataclass
class WorkerProcess:
    redis_url: str
    state_dir: Path
    node: str = "node-1"
    concurrency: int = 2
    drain_timeout: str = "20s"
    lease: str = "15s"
    doom: str = ""
    runtime: str = "process"
    module: str = "windlass.worker.main"
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> "WorkerProcess":
        environment = {
            **os.environ,
            "WINDLASS_REDIS_URL": self.redis_url,
            "WINDLASS_STATE_DIR": str(self.state_dir),
            "WINDLASS_NODE_NAME": self.node,
            "WINDLASS_CONCURRENCY": str(self.concurrency),
            "WINDLASS_DRAIN_TIMEOUT": self.drain_timeout,
            "WINDLASS_RUNTIME": self.runtime,
            "WINDLASS_LEASE": self.lease,
            "DOOM": self.doom,
        }
        command = [sys.executable, "-m", self.module]
        self.process = subprocess.Popen(command, env=environment)
        return self

    @property
    def alive(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        return self.process

    def signal(self, number: signal.Signals) -> None:
        self.alive.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def ended(self, timeout: float = 30.0) -> int:
        return self.alive.wait(timeout)

    def clean(self) -> None:
        """Leave none of its runs behind."""
        self.kill()
        for installation in self.state_dir.glob("*/installation"):
            node = f"{installation.parent.name}-{installation.read_text()[:8]}"
            config = RuntimeConfig(node=node, state_dir=installation.parent)
            with closing(load(self.runtime, config)) as runtime:
                runtime.sweep({uuid4()})
