"""A Redis of one's own, to be killed and started again on the same port and data."""

import signal
from pathlib import Path

from redis import Redis

from windlass.embedded import valkey
from windlass.embedded.process import Server
from windlass.shared.redis import connect


class OwnRedis:
    def __init__(self, data: Path) -> None:
        self._data = data
        self._port = valkey.free_port()
        self._server: Server | None = None
        self.start()
        self.client: Redis = connect(self.url)

    def start(self) -> None:
        self._server = valkey.start(self._data, self._port, "secret")
        self.url = self._server.url

    def kill(self) -> None:
        """SIGKILL."""
        if self._server is not None:
            self._server.process.send_signal(signal.SIGKILL)
            self._server.process.wait()
            self._server = None

    def close(self) -> None:
        self.client.close()
        self.kill()
