"""Connections and transactions. SQLAlchemy lends its pool; the SQL is our own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Protocol, cast

import psycopg2
import psycopg2.errors
import psycopg2.extras
from psycopg2.extensions import connection, cursor
from sqlalchemy import PoolProxiedConnection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from windlass.coordinator.store.errors import Taken, Unavailable

Row = Mapping[str, Any]

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]


class Writer(Protocol):
    """A transaction, or a batch of it: where a statement goes whose result nobody looks at."""

    def run(self, sql: str, **values: object) -> object: ...


class Batch:
    """Statements that travel together, in one round trip, in order."""

    def __init__(self, connection: connection) -> None:
        self._connection = connection
        self._statements: list[bytes] = []
        self.answer: Row | None = None  # once sent: the first row of the last statement

    def run(self, sql: str, **values: object) -> None:
        with self._connection.cursor() as cursor:
            self._statements.append(cursor.mogrify(sql, values or None))

    def send(self) -> None:
        if self._statements:
            with self._connection.cursor() as cursor:
                cursor.execute(b";".join(self._statements))
                self.answer = _first_row(cursor) if cursor.description else None


class Tx:
    """One transaction. Every call is one round trip."""

    def __init__(self, connection: connection) -> None:
        self._connection = connection

    def run(self, sql: str, **values: object) -> int:
        """Execute; how many rows were touched."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.rowcount

    def all(self, sql: str, **values: object) -> Sequence[Row]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            names = _names(cursor)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, sql: str, **values: object) -> Row | None:
        """The first row, or None."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return _first_row(cursor)

    def many(
        self, sql: str, rows: Sequence[Sequence[object]], *, template: str | None = None
    ) -> None:
        """``INSERT … VALUES %s`` in pages of 1,000 rows."""
        if not rows:
            return
        with self._connection.cursor() as cursor:
            psycopg2.extras.execute_values(cursor, sql, rows, template=template, page_size=1000)

    @contextmanager
    def together(self) -> Iterator[Batch]:
        """What is run on the batch is sent when the block ends."""
        batch = Batch(self._connection)
        yield batch
        batch.send()

    def copy(self, sql: str, rows: IO[bytes]) -> None:
        """``COPY … FROM STDIN``."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(sql, rows)


class Database:
    """May raise ``Unavailable`` from any method when Postgres is away; the next call tries anew."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._engine = create_engine(
            "postgresql+psycopg2://",
            creator=lambda: _connect(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Commit at the end; on an exception the pool rolls back. ``Taken``: a key exists."""
        pooled = self._borrow()
        try:
            yield Tx(cast(connection, pooled.driver_connection))
            pooled.commit()
        except psycopg2.errors.UniqueViolation as problem:
            raise Taken(problem.diag.constraint_name or "") from problem
        except psycopg2.Error as problem:
            if not _is_outage(pooled, problem):
                raise
            raise Unavailable(f"Postgres: {_first_line(problem)}") from problem
        finally:
            pooled.close()

    def close(self) -> None:
        self._engine.dispose()

    def _borrow(self) -> PoolProxiedConnection:
        try:
            return self._engine.raw_connection()
        except (DBAPIError, psycopg2.Error) as problem:
            raise Unavailable(f"Postgres: {_first_line(problem)}") from problem
        except PoolExhausted as problem:
            raise Unavailable("Postgres: every connection is in use") from problem


def _first_row(cursor: cursor) -> Row | None:
    row = cursor.fetchone()
    return None if row is None else dict(zip(_names(cursor), row, strict=True))


def _names(cursor: cursor) -> list[str]:
    return [column.name for column in cursor.description or ()]


def _connect(url: str) -> connection:
    opened = psycopg2.connect(
        url,
        connect_timeout=5,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        application_name="windlass",
    )
    # A coordinator that was stopped or cut off must not hold row locks against the others.
    with opened, opened.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '60s'")
    return opened


def _is_outage(pooled: PoolProxiedConnection, problem: psycopg2.Error) -> bool:
    """A dead connection, a deadlock, a server that is full or going down: not our statement's
    fault. A dead connection is dropped on the way."""
    dead = bool(cast(connection, pooled.driver_connection).closed)
    if dead:
        pooled.invalidate()
    return dead or isinstance(problem, psycopg2.OperationalError | psycopg2.InterfaceError)


def _first_line(problem: Exception) -> str:
    return str(problem).strip().split("\n", 1)[0]
