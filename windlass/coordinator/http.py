"""The API under gunicorn: threads, for they wait for Postgres and hold streams open."""

import gc
import os
import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from windlass.coordinator import wiring
from windlass.coordinator.config import Config

GRACE = 3  # seconds for answers under way; streams are cut and resumed by their readers
_MEMORY = "/dev/shm"  # noqa: S108 - not for secrets: workers touch a file here to show they live


class _Application(BaseApplication):  # type: ignore[misc]
    def __init__(self, config: Config, listener: socket.socket) -> None:
        self._config = config
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        given: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": "gthread",
            "workers": self._config.http_workers,
            "threads": self._config.http_threads,
            "graceful_timeout": GRACE,
            "keepalive": 5,
            "loglevel": "warning",
            "preload_app": True,
            "control_socket_disable": True,
            "worker_tmp_dir": _MEMORY if os.path.isdir(_MEMORY) else None,
        }
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the arbiter, before it forks: nothing is connected yet."""
        app = wiring.http_app(self._config)
        gc.freeze()
        return app


def serve_http(config: Config, listener: socket.socket) -> None:
    Arbiter(_Application(config, listener)).run()
