"""Two coordinators, three workers, Postgres and Redis, all on loopback and below one directory."""

import secrets
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep

from crash.members import Begin, Member
from crash.scripts import Setting
from windlass.coordinator.store.migrate import migrate
from windlass.embedded import postgres, valkey
from windlass.embedded.process import Launch, Server, ServerFailed, launch

COORDINATORS, WORKERS = 2, 3
SLOTS = 4
PLAIN, CONTAINERS = "plain", "containers"  # queues
_PATIENCE = 30.0
_TICK = 0.05


class Stack:
    """``image`` None: no Docker. ``runtime``: process, docker, or auto: both where there is one."""

    def __init__(self, directory: Path, effects: Path, runtime: str, image: str | None) -> None:
        self._directory = directory
        self._effects = effects
        self._image = image
        self._lives = 0  # of Redis, without its data
        self._redis_address = (valkey.free_port(), secrets.token_urlsafe(12))
        self.postgres = Member("postgres", self._begin_postgres, violence=signal.SIGQUIT)
        self.redis = Member("redis", self._begin_redis)
        self._ports = [valkey.free_port() for _ in range(COORDINATORS)]
        self.coordinators: list[Member] = []
        self.workers: list[Member] = []
        self._kinds = _kinds(runtime)

    @property
    def servers(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self._ports]

    @property
    def members(self) -> list[Member]:
        return [self.postgres, self.redis, *self.coordinators, *self.workers]

    def settings(self) -> list[Setting]:
        """Plain processes are quicker, so most of the jobs are theirs."""
        made = {
            "process": [Setting(self._effects, PLAIN)] * 3,
            "docker": [Setting(self._effects, CONTAINERS, self._image)],
        }
        return [setting for kind in sorted(set(self._kinds)) for setting in made[kind]]

    def start(self) -> None:
        for server in (self.postgres, self.redis):
            server.server = server.begin()
        assert self.postgres.server
        assert self.redis.server
        env = {"WINDLASS_REDIS_URL": self.redis.server.url, "PYTHONUNBUFFERED": "1"}
        with_data = {**env, "WINDLASS_DATABASE_URL": self.postgres.server.url}
        migrate(self.postgres.server.url)
        for number, port in enumerate(self._ports):
            words = ["--bind", f"127.0.0.1:{port}"]
            begin = self._ours(f"coordinator-{number}", "coordinator", words, with_data)
            self.coordinators.append(Member(f"coordinator-{number}", begin))
        for number, runtime in enumerate(self._kinds):
            words = self._worker_words(number, runtime)
            begin = self._ours(f"worker-{number}", "worker", words, self._worker_env(env, runtime))
            self.workers.append(Member(f"worker-{number}", begin))
        for member in (*self.coordinators, *self.workers):
            member.start()

    def tend(self) -> None:
        for member in self.members:
            member.tend()

    def forget_redis(self) -> None:
        """The next Redis begins with nothing."""
        self._lives += 1

    def thaw(self) -> None:
        for member in self.members:
            member.thaw()

    def end(self) -> list[str]:
        """In order; the names of those that had to be killed."""
        self._make_all_up()
        ours = [*self.workers, *self.coordinators, self.redis, self.postgres]
        return [member.name for member in ours if not member.end(_PATIENCE)]

    def _make_all_up(self) -> None:
        """So that whatever a killed one left is taken up by one that can end in order."""
        deadline = monotonic() + _PATIENCE
        while not all(member.is_up() for member in self.members):
            if monotonic() > deadline:
                raise ServerFailed("not everything came up again")
            self.tend()
            sleep(_TICK)

    def _begin_postgres(self) -> Server:
        return postgres.start(self._directory / "postgres")

    def _begin_redis(self) -> Server:
        port, password = self._redis_address
        return valkey.start(self._directory / f"redis-{self._lives}", port, password)

    def _ours(self, name: str, command: str, words: list[str], env: Mapping[str, str]) -> Begin:
        line = [sys.executable, "-P", "-m", "windlass", command, *words]
        how = Launch(log=self._directory / f"{name}.log", cwd=self._directory, env=env)
        return lambda: Server(launch(line, how), "")

    def _worker_words(self, number: int, runtime: str) -> list[str]:
        return [
            *("--name", f"crash-{number}"),
            *("--runtime", runtime),
            *("--concurrency", str(SLOTS)),
            *("--state-dir", str(self._directory / "state")),
        ]

    def _worker_env(self, env: Mapping[str, str], runtime: str) -> Mapping[str, str]:
        return {
            **env,
            "WINDLASS_QUEUES": CONTAINERS if runtime == "docker" else PLAIN,
            "WINDLASS_BIND_SOURCES": str(self._effects),
            "WINDLASS_DRAIN_TIMEOUT": "1s",
        }


def _kinds(runtime: str) -> list[str]:
    """The runtime of each worker."""
    if runtime == "auto":
        return ["process", "process", "docker"]
    return [runtime] * WORKERS
