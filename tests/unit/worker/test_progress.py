import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clocks import HandClock
from tests.support.fake_runtime import FakeRun
from windlass.shared.events import AnyEvent, AttemptProgressed
from windlass.shared.ids import new_attempt_id
from windlass.worker.progress import Progress, parse_percent
from windlass.worker.reporter import Reporter
from windlass.worker.runtimes.base import RuntimeBroken


class Notebook(Reporter):
    def __init__(self) -> None:
        self.events: list[AnyEvent] = []

    def report(self, event: AnyEvent) -> None:
        self.events.append(event)

    @property
    def percents(self) -> list[float]:
        return [e.percent for e in self.events if isinstance(e, AttemptProgressed)]


class Unreadable(FakeRun):
    def progress(self) -> bytes | None:
        raise RuntimeBroken("no daemon")


@pytest.mark.parametrize(
    ("content", "percent"),
    [
        (b"42", 42.0),
        (b" 42.5\n", 42.5),
        (b"42%\n", 42.0),
        (b"42 %", 42.0),
        (b"0", 0.0),
        (b"250", 100.0),
        (b"-3", 0.0),
        (b"1e1", 10.0),
    ],
)
def test_a_number_is_a_percentage(content: bytes, percent: float) -> None:
    assert parse_percent(content) == percent


@pytest.mark.parametrize(
    "content", [None, b"", b"soon", b"nan", b"inf", b"\xff\xfe", b"42\n43", b"4" * 65, b"\0"]
)
def test_anything_else_says_nothing(content: bytes | None) -> None:
    assert parse_percent(content) is None


@given(st.binary(max_size=80))
def test_no_bytes_break_it(content: bytes) -> None:
    percent = parse_percent(content)

    assert percent is None or 0 <= percent <= 100


def test_only_changes_are_reported() -> None:
    book, run, id = Notebook(), FakeRun(), new_attempt_id()
    progress = Progress(book, HandClock(), "node")
    progress.watch(id, run)

    for content in (None, b"10", b"10", b"rubbish", b"20", b"20%"):
        run.percent = content
        progress.look()

    assert book.percents == [10.0, 20.0]


def test_a_run_that_ended_is_not_looked_at() -> None:
    book, run, id = Notebook(), FakeRun(), new_attempt_id()
    progress = Progress(book, HandClock(), "node")
    progress.watch(id, run)
    progress.forget(id)
    run.percent = b"99"

    progress.look()

    assert book.events == []


def test_a_file_that_cannot_be_read_does_not_hide_the_others() -> None:
    book, run = Notebook(), FakeRun()
    progress = Progress(book, HandClock(), "node")
    progress.watch(new_attempt_id(), Unreadable())
    progress.watch(new_attempt_id(), run)
    run.percent = b"5"

    progress.look()

    assert book.percents == [5.0]
