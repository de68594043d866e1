"""Connections and transactions. SQLAlchemy lends its pool; the SQL is our own."""

import os
import select
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, Protocol, cast

import psycopg2
import psycopg2.errors
import psycopg2.extras
from psycopg2.extensions import connection, cursor
from sqlalchemy import PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from windlass.coordinator.store.errors import Broken, Taken, Unavailable
from windlass.coordinator.store.safe import COLUMNS, OPEN, Safe

Row = Mapping[str, Any]

_BEGIN = "BEGIN"

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]  # its stubs do not know it


class Writer(Protocol):
    """A transaction, or a batch of it: where a statement goes whose result nobody looks at."""

    @property
    def safe(self) -> Safe: ...

    def run(self, sql: str, **values: object) -> object: ...


class Batch:
    """Statements that travel together, in one round trip, in order."""

    def __init__(self, connection: connection, safe: Safe = OPEN) -> None:
        self.safe = safe
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
                self.answer = _first_row(cursor, self.safe) if cursor.description else None


class Tx:
    """One transaction. Every call is one round trip; the first opens it on its way."""

    def __init__(self, connection: connection, safe: Safe = OPEN, *, alone: bool = False) -> None:
        """``alone``: each statement is a transaction of its own."""
        self.safe = safe
        self._connection = connection
        self._alone = alone
        self.is_open = False

    def run(self, sql: str, **values: object) -> int:
        """Execute; how many rows were touched."""
        with self._executed(sql, values) as cursor:
            return cursor.rowcount

    def all(self, sql: str, **values: object) -> Sequence[Row]:
        with self._executed(sql, values) as cursor:
            return _rows(cursor, self.safe)

    def one(self, sql: str, **values: object) -> Row | None:
        """The first row, or None."""
        with self._executed(sql, values) as cursor:
            return _first_row(cursor, self.safe)

    def many(
        self, sql: str, rows: Sequence[Sequence[object]], *, template: str | None = None
    ) -> None:
        """``INSERT … VALUES %s`` in pages of 1,000 rows."""
        if not rows:
            return
        self.open()
        with self._connection.cursor() as cursor:
            psycopg2.extras.execute_values(cursor, sql, rows, template=template, page_size=1000)

    @contextmanager
    def together(self) -> Iterator[Batch]:
        """What is run on the batch is sent when the block ends."""
        batch = Batch(self._connection, self.safe)
        if not self.is_open:
            batch.run(_BEGIN)
            self.is_open = True
        yield batch
        batch.send()

    def copy(self, sql: str, rows: IO[bytes]) -> None:
        """``COPY … FROM STDIN``."""
        self.open()
        with self._connection.cursor() as cursor:
            cursor.copy_expert(sql, rows)

    def open(self) -> None:
        if not (self.is_open or self._alone):
            self.run("")

    def close(self, how: str) -> None:
        """COMMIT or ROLLBACK."""
        if self.is_open:
            self.is_open = False
            with self._connection.cursor() as cursor:
                cursor.execute(how)

    @contextmanager
    def _executed(self, sql: str, values: Mapping[str, object]) -> Iterator[cursor]:
        with self._connection.cursor() as cursor:
            if self.is_open or self._alone:
                cursor.execute(sql, values or None)
            else:
                self.is_open = True
                cursor.execute(f"{_BEGIN};{sql}", values or None)
            yield cursor


class Database:
    """May raise ``Unavailable`` from any method when Postgres is away; the next call tries anew.
    ``Broken``: what was written breaks a rule of its table."""

    _tx = Tx

    def __init__(self, url: str, pool_size: int, safe: Safe = OPEN) -> None:
        self._safe = safe
        self._engine = create_engine(
            "postgresql+psycopg2://",
            creator=lambda: _connect(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            pool_reset_on_return=None,
            pool_use_lifo=True,
        )
        event.listen(self._engine, "checkout", _refuse_dead)
        self._out: set[connection] = set()  # lent to somebody

    def cut(self) -> None:
        """End every wait for Postgres that is going on, with ``Unavailable``."""
        for lent in list(self._out):
            with (
                suppress(OSError, psycopg2.Error),
                socket.socket(fileno=os.dup(lent.fileno())) as end,
            ):
                end.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Commit at the end, roll back on an exception. ``Taken``: a key exists."""
        with self._lent() as lent:
            tx = self._tx(lent, self._safe)
            try:
                yield tx
            except BaseException:
                with suppress(psycopg2.Error):  # what happened first is told
                    tx.close("ROLLBACK")
                raise
            tx.close("COMMIT")

    @contextmanager
    def at_once(self) -> Iterator[Batch]:
        """A transaction in a single round trip, made when the block ends. ``Taken``: a key
        exists."""
        with self._lent() as lent:
            batch = Batch(lent, self._safe)
            yield batch
            batch.send()

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """For statements that each may see another state: no round trip but their own."""
        with self._lent() as lent:
            yield Tx(lent, self._safe, alone=True)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _lent(self) -> Iterator[connection]:
        pooled = self._borrow()
        lent = cast(connection, pooled.driver_connection)
        self._out.add(lent)
        try:
            yield lent
        except psycopg2.errors.UniqueViolation as problem:
            raise Taken(problem.diag.constraint_name or "") from problem
        except psycopg2.errors.CheckViolation as problem:
            raise Broken(problem.diag.constraint_name or "") from problem
        except psycopg2.Error as problem:
            if not _is_outage(lent, problem):
                raise
            if isinstance(problem, psycopg2.errors.ReadOnlySqlTransaction):
                lent.close()  # the next one may reach the server that took over
            raise Unavailable(f"Postgres: {_first_line(problem)}") from problem
        finally:
            self._out.discard(lent)
            if lent.closed or lent.info.transaction_status:  # not in order: nobody else gets it
                pooled.invalidate()
            pooled.close()

    def _borrow(self) -> PoolProxiedConnection:
        try:
            return self._engine.raw_connection()
        except (DBAPIError, InvalidRequestError, psycopg2.Error) as problem:
            raise Unavailable(f"Postgres: {_first_line(problem)}") from problem
        except PoolExhausted as problem:
            raise Unavailable("Postgres: every connection is in use") from problem


def _end_of(lent: connection) -> socket.socket:
    return socket.socket(fileno=os.dup(lent.fileno()))


def _rows(cursor: cursor, safe: Safe) -> Sequence[Row]:
    names = [column.name for column in cursor.description or ()]
    sealed = COLUMNS.intersection(names)
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [_opened(row, sealed, safe) for row in rows] if sealed else rows


def _first_row(cursor: cursor, safe: Safe) -> Row | None:
    row = cursor.fetchone()
    if row is None:
        return None
    names = [column.name for column in cursor.description or ()]
    return _opened(dict(zip(names, row, strict=True)), COLUMNS.intersection(names), safe)


def _opened(row: dict[str, Any], sealed: frozenset[str], safe: Safe) -> Row:
    for name in sealed:
        if row[name]:
            row[name] = safe.open(row[name])
    return row


def _connect(url: str) -> connection:
    opened = psycopg2.connect(
        url,
        connect_timeout=5,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,  # ms: keepalives are silent while something sent is unanswered
        application_name="windlass",
    )
    opened.autocommit = True  # transactions begin with their first statement, not before it
    # A coordinator that was stopped or cut off must not hold row locks against the others.
    with opened.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '60s'")
    return opened


def _refuse_dead(connection: connection, *_: object) -> None:
    """A server says nothing to an idle connection, but that it ends: asking it first would be a
    round trip each time."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError


def _is_outage(lent: connection, problem: psycopg2.Error) -> bool:
    """A dead connection, a deadlock, a server that is full, going down or a mere standby now: not
    our statement's fault."""
    return bool(lent.closed) or isinstance(
        problem,
        psycopg2.OperationalError
        | psycopg2.InterfaceError
        | psycopg2.errors.ReadOnlySqlTransaction,
    )


def _first_line(problem: Exception) -> str:
    return str(problem).strip().split("\n", 1)[0]
