from functools import partial
from itertools import pairwise
from threading import Event

import pytest

from tests.support.following import Listener, LocalSignals, text_of
from tests.support.logs import cut, store
from tests.support.sse import parsed
from tests.support.stored import given_ended, given_running
from tests.support.waiting import until
from windlass.coordinator.engine.errors import Invalid, NotFound
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.tail import Tails
from windlass.shared.ids import AttemptId, new_attempt_id

pytestmark = pytest.mark.postgres


LOG = "eins\nzwei ü\ndrei\nohne Ende".encode()


@pytest.fixture
def attempt(db: Database) -> AttemptId:
    return given_running(db)


def test_lines_come_as_they_are_stored(
    db: Database, signals: LocalSignals, tails: Tails, attempt: AttemptId
) -> None:
    listener = Listener(tails.attempt(attempt))
    for chunk in cut(attempt, LOG, 5, 9, 14):
        store(db, [chunk])
        signals.changed([])
        stored = LOG[: chunk.first_byte + chunk.size].decode(errors="ignore")
        until(partial(_has_heard, listener, stored.rpartition("\n")[0]))
    given_ended(db, attempt, log_bytes=len(LOG))
    signals.changed([])

    end = listener.end()

    assert listener.text() == LOG.decode()
    assert end == {"state": "completed", "reason": None, "exit_code": 0}


def _has_heard(listener: Listener, text: str) -> bool:
    return listener.text().startswith(text)


def test_lines_come_though_nobody_nudges(
    db: Database, signals: LocalSignals, tails: Tails, attempt: AttemptId
) -> None:
    signals.deaf = True
    listener = Listener(tails.attempt(attempt))

    store(db, cut(attempt, LOG))

    until(lambda: listener.text() == LOG.decode())


def test_an_unfinished_line_is_shown_after_a_while_and_goes_on(
    db: Database, signals: LocalSignals, tails: Tails, attempt: AttemptId
) -> None:
    first, second = cut(attempt, b"password: hunter2\n", 10)
    listener = Listener(tails.attempt(attempt))
    store(db, [first])
    signals.changed([])
    until(lambda: listener.of("log"))

    store(db, [second])
    signals.changed([])
    until(lambda: len(listener.of("log")) > 1)

    assert [(log["from"], log["lines"], log["partial"]) for log in listener.of("log")] == [
        (0, ["password: "], True),
        (0, ["hunter2"], False),
    ]


def test_whoever_resumes_after_any_event_misses_nothing_and_hears_nothing_twice(
    db: Database, tails: Tails, attempt: AttemptId
) -> None:
    text = b"".join(b"line %d \xff\xc3\xbc\n" % number for number in range(5_000)) + b"\xc3"
    store(db, cut(attempt, text, *range(1000, len(text), 20_001)))
    given_ended(db, attempt, log_bytes=len(text))
    heard = [parsed(frame) for frame in tails.attempt(attempt)]

    for number, event in enumerate(heard[:-1]):
        again = [parsed(frame) for frame in tails.attempt(attempt, mark=event.id)]
        before = [one.data for one in heard[: number + 1] if one.kind == "log"]
        after = [one.data for one in again if one.kind == "log"]
        assert text_of(before + after) == text.decode(errors="replace")
        assert again[-1].kind == "end"


def test_one_can_begin_at_a_line_that_is_still_to_come(
    db: Database, signals: LocalSignals, tails: Tails, attempt: AttemptId
) -> None:
    first, second = cut(attempt, LOG, 5)
    store(db, [first])
    listener = Listener(tails.attempt(attempt, first_line=2))

    store(db, [second])
    given_ended(db, attempt, log_bytes=len(LOG))
    signals.changed([])
    listener.end()

    assert listener.text() == "drei\nohne Ende"
    assert listener.of("log")[0]["from"] == 2


def test_an_endless_line_comes_in_pieces_that_fit(
    db: Database, tails: Tails, attempt: AttemptId
) -> None:
    text = "ü\0".encode() * 1_500_000
    places = range(1 << 16, len(text), 1 << 16)
    store(db, cut(attempt, text, *places, packed=True))
    given_ended(db, attempt, log_bytes=len(text))

    frames = list(tails.attempt(attempt))

    logs = [heard.data for heard in map(parsed, frames) if heard.kind == "log"]
    assert text_of(logs) == "ü␀" * 1_500_000
    assert max(map(len, frames)) <= 64 << 10
    assert all(log["partial"] and log["from"] == 0 for log in logs)


def test_it_does_not_end_before_the_log_is_complete(
    db: Database, signals: LocalSignals, tails: Tails, attempt: AttemptId
) -> None:
    first, second = cut(attempt, LOG, 5)
    store(db, [first])
    given_ended(db, attempt, log_bytes=len(LOG))
    listener = Listener(tails.attempt(attempt))
    until(lambda: listener.of("attempt"))
    assert not listener.has_ended.is_set()

    store(db, [second])
    signals.changed([])
    listener.end()

    assert listener.text() == LOG.decode()


def test_a_log_that_was_given_up_ends_at_what_there_is(
    db: Database, tails: Tails, attempt: AttemptId
) -> None:
    store(db, cut(attempt, LOG, 5)[:1])
    given_ended(db, attempt, log_bytes=len(LOG), settled=True)

    *_, end = map(parsed, tails.attempt(attempt))

    assert end.kind == "end"


def test_a_process_that_closes_says_goodbye(
    tails: Tails, attempt: AttemptId, closing: Event
) -> None:
    listener = Listener(tails.attempt(attempt))
    until(lambda: listener.of("attempt"))

    closing.set()
    listener.end()

    assert listener.heard[-1].kind == "bye"
    assert listener.heard[-1].data["retry"] > 0


def test_hundred_followers_read_the_log_together(
    db: Database, signals: LocalSignals, tails: Tails, attempt: AttemptId
) -> None:
    listeners = [Listener(tails.attempt(attempt)) for _ in range(100)]
    for before, after in pairwise([*range(0, len(LOG), 7), len(LOG)]):
        store(
            db, [chunk for chunk in cut(attempt, LOG, before, after) if chunk.first_byte == before]
        )
        signals.changed([])
    given_ended(db, attempt, log_bytes=len(LOG))
    signals.changed([])

    for listener in listeners:
        listener.end()

    assert {listener.text() for listener in listeners} == {LOG.decode()}


def test_an_attempt_nobody_knows_is_not_found(tails: Tails) -> None:
    with pytest.raises(NotFound):
        tails.attempt(new_attempt_id())


@pytest.mark.parametrize("mark", ["", "x", "AAAA", "é", "\0", "a" * 5000, "YQEC"])
def test_a_mark_that_is_not_ours_is_refused(tails: Tails, attempt: AttemptId, mark: str) -> None:
    with pytest.raises(Invalid, match="not of this stream"):
        tails.attempt(attempt, mark=mark)
