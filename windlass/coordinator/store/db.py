"""Connections and transactions. SQLAlchemy lends its pool; the SQL is our own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, cast

import psycopg2
import psycopg2.extras
from psycopg2.extensions import connection
from sqlalchemy import create_engine

Row = Mapping[str, Any]

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]


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
        with self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(sql, values or None)
            return cast(Sequence[Row], cursor.fetchall())

    def one(self, sql: str, **values: object) -> Row | None:
        """The first row, or None."""
        with self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(sql, values or None)
            return cast("Row | None", cursor.fetchone())

    def many(
        self, sql: str, rows: Sequence[Sequence[object]], *, template: str | None = None
    ) -> None:
        """``INSERT … VALUES %s`` in pages of 1,000 rows."""
        if not rows:
            return
        with self._connection.cursor() as cursor:
            psycopg2.extras.execute_values(cursor, sql, rows, template=template, page_size=1000)


class Database:
    """May raise ``Unavailable`` from any method when Postgres is away; the next call tries anew."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._engine = create_engine(
            "postgresql+psycopg2://",
            creator=lambda: psycopg2.connect(
                url,
                connect_timeout=5,
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=3,
                application_name="windlass",
            ),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            pool_pre_ping=True,
        )

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Commit at the end; on an exception the pool rolls back."""
        with closing(self._engine.raw_connection()) as pooled:
            yield Tx(cast(connection, pooled.driver_connection))
            pooled.commit()

    def close(self) -> None:
        self._engine.dispose()
