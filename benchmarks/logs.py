"""A task that writes as fast as it can: from its POST to a log that is stored whole.

Lines as programs write them, generated here, so that what is stored can be compared byte by byte.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from time import perf_counter, sleep

import psycopg2

from benchmarks.figures import Figure, Goal
from benchmarks.link import API
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack

_PIECE = 64 << 10
_BATCH = 64  # pieces in one transaction
_LOOK = 0.02


def measure(scale: Scale) -> list[Figure]:
    size = scale.log_megabytes << 20
    with a_stack("process") as up:
        source = up.directory / "source.log"
        wanted = _write(source, size)
        floor = _store_bare(up.running.database_url, source)
        _run(up, source)
        took, attempt = _run(up, source)
        same = _downloaded(up, attempt) == wanted
    return [
        Figure(
            name="log.rate",
            ours=size / took / 1e6 if same else 0.0,
            unit="MB/s",
            floor=size / floor / 1e6,
            floor_is="the same bytes inserted into a table of 64 KiB rows, 4 MiB a transaction",
            goal=Goal("ours", "≥", 20),
            notes=(f"{size:,} bytes, {'equal' if same else 'NOT EQUAL'} by SHA-256",),
        )
    ]


def _write(path: Path, size: int) -> str:
    """A file of plausible lines; its checksum."""
    random, digest = Random(7), sha256()
    left = size
    with path.open("wb") as file:
        while left:
            number = random.getrandbits(128)
            line = b"2026-11-25T08:00:00.%03dZ INFO request id=%032x status=%d took=%dms\n"
            data = (line % (number % 1000, number, 200 + number % 7, number % 977))[:left]
            file.write(data)
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()


def _run(up: Up, source: Path) -> tuple[float, str]:
    """Seconds from the POST until the whole log is stored, and the attempt."""
    command = ["/bin/cat", str(source)]
    body = json.dumps({"name": "log", "tasks": [{"name": "only", "cmd": command}]}).encode()
    with up.link() as link:
        began = perf_counter()
        id = json.loads(link.post_job(body))["id"]
        while link.get(f"/jobs/{id}")["ended_at"] is None:
            sleep(_LOOK)
        (task,) = link.get(f"/jobs/{id}/tasks")["items"]
        while not _is_stored(up, task["attempt_id"]):
            sleep(_LOOK)
        return perf_counter() - began, task["attempt_id"]


def _is_stored(up: Up, attempt: str) -> bool:
    with closing(HTTPConnection("127.0.0.1", up.port)) as link:
        link.request("GET", f"{API}/attempts/{attempt}/log?from_byte=0&bytes=1")
        return link.getresponse().headers["Windlass-Complete"] == "true"


def _downloaded(up: Up, attempt: str) -> str:
    digest = sha256()
    with closing(HTTPConnection("127.0.0.1", up.port)) as link:
        link.request("GET", f"{API}/attempts/{attempt}/log/download")
        response = link.getresponse()
        while piece := response.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _store_bare(url: str, source: Path) -> float:
    """Seconds."""
    with closing(psycopg2.connect(url)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE pieces (number integer PRIMARY KEY, data bytea)")
            cursor.execute("ALTER TABLE pieces ALTER COLUMN data SET STORAGE EXTERNAL")
        began = perf_counter()
        with connection.cursor() as cursor:
            for number, data in enumerate(_pieces(source)):
                cursor.execute("INSERT INTO pieces VALUES (%s, %s)", (number, data))
                if number % _BATCH == _BATCH - 1:
                    connection.commit()
        connection.commit()
        return perf_counter() - began


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
