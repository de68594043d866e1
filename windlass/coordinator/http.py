"""The API under gunicorn: threads, for they wait for Postgres and hold streams open.

The application is imported where it is made: what holds the address loads nothing else.
"""

# ruff: noqa: PLC0415

import gc
import os
import signal
import socket
from types import FrameType
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from windlass.coordinator.children import Gate
from windlass.coordinator.config import Config

if TYPE_CHECKING:
    from windlass.coordinator.web.streams import Streams

GRACE = 3  # seconds for answers under way; streams are cut and resumed by their readers
_MEMORY = "/dev/shm"  # noqa: S108 - not for secrets: workers touch a file here to show they live


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, config: Config, listener: socket.socket, ready: Gate) -> None:
        self._config = config
        self._listener = listener
        self._ready = ready
        self._arbiter = os.getpid()
        self._streams: Streams | None = None
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
            "preload_app": self._config.http_workers > 1,  # shared; for one it would be a waste
            "control_socket_disable": True,
            # A web page we serve an API to says `patch` in lower case, and means it.
            "permit_unconventional_http_method": True,
            "post_worker_init": self._listen_for_the_end,
            "worker_tmp_dir": _MEMORY if os.path.isdir(_MEMORY) else None,
        }
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the arbiter before it forks, where they are several: nothing is connected yet."""
        from windlass.coordinator import wiring
        from windlass.coordinator.web.streams import Streams

        self._streams = Streams.for_threads(self._config.http_threads)
        app = wiring.http_app(self._config, self._streams)
        gc.freeze()
        if not self._ready.wait(self._has_arbiter):
            os._exit(1)  # nobody is left to end it, and it holds the address
        return app

    def _has_arbiter(self) -> bool:
        return self._arbiter in {os.getpid(), os.getppid()}

    def _listen_for_the_end(self, worker: Any) -> None:
        """Streams end with the process, so that it does not wait for their readers."""

        def end(signum: int, frame: FrameType | None) -> None:
            if self._streams is not None:
                self._streams.closing.set()
            worker.handle_exit(signum, frame)

        signal.signal(signal.SIGTERM, end)


def serve_http(config: Config, listener: socket.socket, ready: Gate) -> None:
    """Answers once ``ready`` is open."""
    Arbiter(_Application(config, listener, ready)).run()
