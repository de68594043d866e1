"""What Postgres needs for the rows alone: a narrow table, one connection, the same batches."""

from collections.abc import Sequence
from contextlib import closing
from time import perf_counter
from uuid import uuid4

import psycopg2
from psycopg2.extras import execute_values

BATCH = 500
_MOVES = ("scheduled", "running", "completed")


def moves_per_second(url: str, rows: int) -> float:
    """Rows that are inserted and moved three times, each step of each batch committed."""
    with closing(psycopg2.connect(url)) as connection:
        _execute(connection, "CREATE TABLE moved (id text PRIMARY KEY, state text)")
        began = perf_counter()
        for first in range(0, rows, BATCH):
            _batch(connection, [str(uuid4()) for _ in range(min(BATCH, rows - first))])
        return rows / (perf_counter() - began)


def _batch(connection: "psycopg2.extensions.connection", ids: Sequence[str]) -> None:
    with connection, connection.cursor() as cursor:
        execute_values(cursor, "INSERT INTO moved VALUES %s", [(id, "pending") for id in ids])
    for state in _MOVES:
        with connection, connection.cursor() as cursor:
            move = "UPDATE moved SET state = %s WHERE id = ANY(%s)"
            cursor.execute(move, (state, list(ids)))


def _execute(connection: "psycopg2.extensions.connection", statement: str) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
