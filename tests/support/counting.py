"""A database that counts what it is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from windlass.coordinator.store.db import Batch, Database, Row, Tx


class CountingTx(Tx):
    """Counts round trips."""

    count = 0

    def run(self, sql: str, **values: object) -> int:
        self.count += 1
        return super().run(sql, **values)

    def all(self, sql: str, **values: object) -> list[Row]:
        self.count += 1
        return list(super().all(sql, **values))

    def one(self, sql: str, **values: object) -> Row | None:
        self.count += 1
        return super().one(sql, **values)

    @contextmanager
    def together(self) -> Iterator[Batch]:
        self.count += 1
        with super().together() as batch:
            yield batch


class CountingDatabase(Database):
    _tx = CountingTx

    def __init__(self, url: str) -> None:
        super().__init__(url, pool_size=2)
        self.trips: list[int] = []  # of each transaction

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        with super().transaction() as tx:
            yield tx
        assert isinstance(tx, CountingTx)
        self.trips.append(tx.count)

    @contextmanager
    def at_once(self) -> Iterator[Batch]:
        with super().at_once() as batch:
            yield batch
        self.trips.append(1)
