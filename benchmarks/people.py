"""Tork's list of many jobs, as a user who may see some of them reads it; beside the same rows asked
of Postgres by whoever may see all."""

import os
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from time import perf_counter

import psycopg2

from benchmarks.figures import Figure, Goal
from benchmarks.link import Link
from benchmarks.numbers import percentile
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack, quiet_environment
from tests.support.many_jobs import given_many_jobs
from windlass.coordinator.engine.people import NewUser, People
from windlass.coordinator.store.db import Database

USERS, ROLES = 100, 20
WORDS = ("special", "failed", "render")  # in few jobs, in every twentieth, in every second
_PASSWORD = "correct horse"  # noqa: S105 - of users that live for a minute
_CALLS = 100
_OK = 200

# Every second job is open to everybody, the others to a user or a role each.
_AUDIENCES = """
INSERT INTO audience (members)
SELECT ARRAY['user:' || id] FROM users UNION ALL SELECT ARRAY['role:' || id] FROM role
"""
_PERMISSIONS = """
WITH one AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM audience)
UPDATE job SET audience = coalesce(one.id, 0)
FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM job) AS counted
LEFT JOIN one ON counted.number % 4 > 1
    AND one.place = (counted.number / 4) % (SELECT count(*) FROM one)
WHERE counted.id = job.id
"""

_BARE = "SELECT * FROM job WHERE door = 'tork' ORDER BY id DESC LIMIT 10"
_BARE_SEARCH = """
WITH hit AS MATERIALIZED (
    SELECT id FROM job WHERE door = 'tork'
        AND job_prose(name, description, state) @@ plainto_tsquery('english', %s)
)
SELECT * FROM job WHERE id IN (SELECT id FROM hit ORDER BY id DESC LIMIT 10) ORDER BY id DESC
"""


def measure(scale: Scale) -> list[Figure]:
    with quiet_environment():
        os.environ["WINDLASS_TORK_BASIC"] = "true"
        with a_stack() as up, closing(Database(up.running.database_url, pool_size=2)) as db:
            _fill(db, up, scale.stored)
            lists, bare = _ours(up, "/jobs"), _floor(up, _BARE)
            searches = [took for word in WORDS for took in _ours(up, f"/jobs?q={word}")]
            floors = [took for word in WORDS for took in _floor(up, _BARE_SEARCH, word)]
    about = f"at {scale.stored:,} jobs, half of them with permissions, of {USERS} users"
    return [
        _figure("people.list", lists, bare, f"page 1 {about}"),
        _figure("people.search", searches, floors, f"q={', '.join(WORDS)} {about}"),
    ]


def _figure(name: str, ours: list[float], floor: list[float], note: str) -> Figure:
    return Figure(
        name=name,
        ours=percentile(ours, 95) * 1000,
        unit="ms",
        floor=percentile(floor, 95) * 1000,
        floor_is="the same page in SQL, without permissions and a count",
        goal=Goal("ours", "≤", 20),
        notes=(f"95 of 100 calls; median {percentile(ours, 50) * 1000:.1f} ms; {note}",),
    )


def _fill(db: Database, up: Up, jobs: int) -> None:
    people = People(db)
    for number in range(ROLES):
        people.create_role(f"role-{number}")
    for number in range(USERS):
        people.create(NewUser(f"user-{number}", _PASSWORD))
        for step in range(3):
            people.grant(f"user-{number}", f"role-{(number + 7 * step) % ROLES}")
    given_many_jobs(db, jobs, "tork")
    with db.transaction() as tx:
        tx.run(_AUDIENCES)
        tx.run(_PERMISSIONS)
    with closing(psycopg2.connect(up.running.database_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (FULL, ANALYZE) job")


def _ours(up: Up, path: str) -> list[float]:
    """As one of the users, who has come in before."""
    pair = b64encode(f"user-7:{_PASSWORD}".encode()).decode()
    host = f"127.0.0.1:{up.port}"
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {pair}\r\n\r\n"
    with Link(up.port) as link:

        def call() -> None:
            status, answer = link.ask(head.encode())
            assert status == _OK, answer

        return _timed(call)


def _floor(up: Up, sql: str, *values: str) -> list[float]:
    with closing(psycopg2.connect(up.running.database_url)) as connection:

        def call() -> None:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                cursor.fetchall()

        return _timed(call)


def _timed(call: Callable[[], object]) -> list[float]:
    call()
    took = []
    for _ in range(_CALLS):
        began = perf_counter()
        call()
        took.append(perf_counter() - began)
    return took
