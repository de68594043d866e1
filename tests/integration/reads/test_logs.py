import pytest

from tests.support.logs import cut, store
from tests.support.stored import given_ended, given_job, given_running
from windlass.coordinator.engine import logbook
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import LogSize
from windlass.coordinator.store import log_reads, logs
from windlass.coordinator.store.db import Database, Tx
from windlass.shared.ids import AttemptId

pytestmark = pytest.mark.postgres


LOG = b"".join(b"line %d\n" % number for number in range(100))


@pytest.fixture
def attempt(db: Database) -> AttemptId:
    return given_running(db)


def test_a_log_is_complete_when_the_attempt_is_over_and_all_of_it_is_stored(
    db: Database, engine: Engine, attempt: AttemptId
) -> None:
    first, second = cut(attempt, LOG, 50)
    store(db, [first])
    assert not engine.log_size(attempt).complete
    given_ended(db, attempt, log_bytes=len(LOG))
    assert not engine.log_size(attempt).complete

    store(db, [second])

    size = LogSize(bytes=len(LOG), lines=100, complete=True, ended=True)
    assert engine.log_size(attempt) == size


def test_an_attempt_without_output_has_a_complete_empty_log(
    db: Database, engine: Engine, attempt: AttemptId
) -> None:
    given_ended(db, attempt, log_bytes=0)

    assert engine.log_size(attempt) == LogSize(bytes=0, lines=0, complete=True, ended=True)
    assert list(engine.log_bytes(attempt)) == []
    assert list(engine.log_lines(attempt, start=0, limit=10)) == []
    assert list(engine.log_tail(attempt, 10)) == []


def test_a_gap_hides_what_lies_behind_it_until_it_is_given_up(
    db: Database, engine: Engine, attempt: AttemptId
) -> None:
    before, _, behind = cut(attempt, LOG, 10, 20)
    store(db, [before, behind])
    assert engine.log_size(attempt).bytes == 10
    given_ended(db, attempt, log_bytes=len(LOG), settled=True)

    with db.transaction() as tx:
        logs.close(tx, [attempt])

    read = list(engine.log_bytes(attempt))
    assert [(piece.first_byte, piece.data) for piece in read] == [(0, LOG[:10]), (20, LOG[20:])]
    assert b"".join(piece.data for piece in engine.log_tail(attempt, 2)) == b"line 98\nline 99\n"
    size = engine.log_size(attempt)
    assert (size.bytes, size.complete, size.ended) == (len(LOG), False, True)


def test_the_end_of_a_huge_log_is_read_without_the_rest(
    db: Database, engine: Engine, attempt: AttemptId
) -> None:
    log = b"a line of a log that is long enough to matter\n" * 100_000
    store(db, cut(attempt, log, *range(1 << 16, len(log), 1 << 16), packed=True))

    tail = list(engine.log_tail(attempt, 10))
    lines = list(engine.log_lines(attempt, start=50_000, limit=3))

    assert sum(len(piece.data) for piece in tail) == 460
    assert lines[0].first_line == 50_000
    assert sum(len(piece.data) for piece in lines) == 3 * 46


def test_a_reader_pages_through_a_log_a_megabyte_at_a_time(
    db: Database, engine: Engine, attempt: AttemptId, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = b"x" * (5 << 20)
    store(db, cut(attempt, log, *range(1 << 16, len(log), 1 << 16)))
    pages: list[int] = []
    plain = log_reads.chunks

    def counted(tx: Tx, id: AttemptId, start: int, end: int) -> object:
        rows = plain(tx, id, start, end)
        pages.append(sum(row["size"] for row in rows))
        return rows

    monkeypatch.setattr(log_reads, "chunks", counted)
    assert b"".join(piece.data for piece in engine.log_bytes(attempt)) == log

    assert len(pages) <= 6
    assert max(pages) <= 1 << 20


def test_last_lines_of_an_endless_line_are_its_end(db: Database, attempt: AttemptId) -> None:
    log = b"x" * 300_000 + b"the end"
    store(db, cut(attempt, log, *range(1 << 16, len(log), 1 << 16)))

    (line,) = logbook.last_lines(db, attempt, 10)

    assert line.endswith("xthe end")
    assert len(line) <= 1 << 16


def test_two_writers_of_the_same_log_wait_for_one_another(
    db: Database, engine: Engine, attempt: AttemptId
) -> None:
    first, second = cut(attempt, LOG, 50)

    def impatiently() -> None:
        with db.transaction() as tx:
            tx.run("SET LOCAL lock_timeout = '50ms'")
            logs.insert(tx, [first])

    with db.transaction() as tx:
        logs.insert(tx, [second])
        with pytest.raises(Unavailable):
            impatiently()
    impatiently()

    assert b"".join(piece.data for piece in engine.log_bytes(attempt)) == LOG


def test_a_job_is_deleted_with_its_logs(db: Database, engine: Engine, attempt: AttemptId) -> None:
    store(db, cut(attempt, LOG, 50))
    job = engine.attempt(attempt).job_id
    with db.transaction() as tx:
        tx.run("UPDATE job SET state = 'completed', ended_at = now()")

    engine.delete(job)

    with db.transaction() as tx:
        left = tx.one("SELECT (SELECT count(*) FROM log) + (SELECT count(*) FROM log_chunk) AS n")
    assert left == {"n": 0}


def test_chunks_of_an_attempt_that_is_gone_leave_nothing(db: Database) -> None:
    given_job(db)
    gone = given_running(db)
    with db.transaction() as tx:
        tx.run("DELETE FROM attempt")

    assert store(db, cut(gone, LOG)) == set()

    with db.transaction() as tx:
        assert tx.one("SELECT count(*) AS n FROM log_chunk") == {"n": 0}
