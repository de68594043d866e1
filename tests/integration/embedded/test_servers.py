"""The embedded Postgres and Valkey: where they may live, and how they end."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest
from redis import AuthenticationError, Redis

from tests.support.waiting import until
from windlass.embedded import postgres, valkey


@pytest.fixture
def open_directory() -> Iterator[Path]:
    with TemporaryDirectory(prefix="windlass-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def ask(url: str, sql: str) -> object:
    with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
        cursor.execute(sql)
        link.commit()
        return cursor.fetchone() if cursor.description else None


@pytest.mark.postgres
def test_postgres_keeps_its_data_over_a_restart(open_directory: Path) -> None:
    server = postgres.start(open_directory / "pg")
    ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()

    server = postgres.start(open_directory / "pg")
    try:
        assert ask(server.url, "SELECT answer FROM kept") == (42,)
    finally:
        server.stop()


@pytest.mark.postgres
def test_postgres_comes_back_after_it_was_killed(open_directory: Path) -> None:
    server = postgres.start(open_directory / "pg")
    ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.process.kill()
    server.process.wait()

    server = postgres.start(open_directory / "pg")
    try:
        assert ask(server.url, "SELECT answer FROM kept") == (42,)
    finally:
        server.stop()


@pytest.mark.postgres
def test_postgres_lives_below_a_directory_with_a_very_long_name(open_directory: Path) -> None:
    server = postgres.start(open_directory / ("x" * 100) / "pg")
    sockets = Path(server.url.partition("host=")[2])
    try:
        assert ask(server.url, "SELECT 1") == (1,)
        assert not sockets.is_relative_to(open_directory)
    finally:
        server.stop()
        shutil.rmtree(sockets)


@pytest.mark.postgres
@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs Postgres as somebody else")
def test_roots_postgres_lives_elsewhere_when_its_directory_is_closed(open_directory: Path) -> None:
    closed = open_directory / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data" / "pg"

    server = postgres.start(data)
    place = data.resolve()
    try:
        assert ask(server.url, "SELECT 1") == (1,)
        assert place.is_relative_to("/var/lib/windlass/clusters")
    finally:
        server.stop()
        shutil.rmtree(place)


@pytest.mark.redis
def test_valkey_lets_in_only_who_knows_its_password(open_directory: Path) -> None:
    server = valkey.start(open_directory / "valkey")
    port = server.url.rpartition(":")[2].partition("/")[0]
    try:
        with Redis.from_url(server.url) as friend:
            assert friend.ping()
        with (
            Redis(port=int(port)) as stranger,
            pytest.raises(AuthenticationError),
        ):
            stranger.ping()
        words = Path(f"/proc/{server.process.pid}/cmdline").read_text()
        assert server.url.split(":")[2].partition("@")[0] not in words
    finally:
        server.stop()


PARENT = """
import sys
from pathlib import Path
from windlass.embedded import postgres, valkey

data = Path(sys.argv[1])
servers = postgres.start(data / "pg"), valkey.start(data / "valkey")
print(*(server.process.pid for server in servers), flush=True)
sys.stdin.read()
"""


@pytest.mark.postgres
@pytest.mark.redis
def test_no_server_outlives_its_parent(open_directory: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(open_directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert all(is_alive(pid) for pid in pids)

        parent.send_signal(signal.SIGKILL)

    until(lambda: not any(is_alive(pid) for pid in pids))


def is_alive(pid: int) -> bool:
    """A zombie is not: nobody here may collect it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
