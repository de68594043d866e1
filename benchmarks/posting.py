"""POST of a job by clients that do nothing else, beside the least that makes a row durable."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from threading import Thread
from time import perf_counter
from uuid import uuid4

import psycopg2

from benchmarks.figures import Figure, Goal
from benchmarks.numbers import percentile
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack

CLIENTS = 8
Client = AbstractContextManager[Callable[[], object]]
# Of a queue that nobody serves: accepted, made durable and handed to the broker, but not run.
JOB = b'{"name": "post", "queue": "nobody", "tasks": [{"name": "only", "run": "true"}]}'


def measure(scale: Scale) -> list[Figure]:
    with a_stack() as up:
        floor = _load(scale.seconds, lambda: _inserter(up.running.database_url))
        _load(scale.warm_up, lambda: _poster(up))
        ours = _load(scale.seconds, lambda: _poster(up))
    return [
        Figure(
            name="post.rate",
            ours=len(ours) / scale.seconds,
            unit="jobs/s",
            floor=len(floor) / scale.seconds,
            floor_is=f"INSERT and COMMIT of one row by {CLIENTS} clients",
            goal=Goal("ours", "≥", 900),
        ),
        Figure(
            name="post.p99",
            ours=percentile(ours, 99) * 1000,
            unit="ms",
            floor=percentile(floor, 99) * 1000,
            floor_is=f"the same of INSERT and COMMIT of one row by {CLIENTS} clients",
            goal=Goal("ours", "≤", 40),
        ),
    ]


def _load(seconds: float, client: Callable[[], Client]) -> list[float]:
    """How long each call took, by clients that call one after the other."""
    took: list[float] = []
    with ExitStack() as stack:
        calls = [stack.enter_context(client()) for _ in range(CLIENTS)]
        until = perf_counter() + seconds
        threads = [Thread(target=_repeat, args=(call, until, took)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return took


def _repeat(call: Callable[[], object], until: float, took: list[float]) -> None:
    began = perf_counter()
    while began < until:
        call()
        ended = perf_counter()
        took.append(ended - began)
        began = ended


@contextmanager
def _poster(up: Up) -> Iterator[Callable[[], object]]:
    with up.link() as link:
        yield lambda: link.post_job(JOB)


@contextmanager
def _inserter(url: str) -> Iterator[Callable[[], object]]:
    with closing(psycopg2.connect(url)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS floor (id text PRIMARY KEY, body text)")

        def insert() -> None:
            with connection, connection.cursor() as cursor:
                cursor.execute("INSERT INTO floor VALUES (%s, %s)", (str(uuid4()), JOB.decode()))

        yield insert
