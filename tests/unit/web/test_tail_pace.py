from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from threading import Barrier, Event, Thread
from time import monotonic

import pytest

from tests.support.sse import parsed
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.web.tail import pace
from windlass.coordinator.web.tail.frames import frame
from windlass.coordinator.web.tail.pace import stream
from windlass.coordinator.web.tail.shared import ANY_TIME, Shared


class Script:
    """A tail of which each look does the next thing."""

    def __init__(self, *looks: str) -> None:
        self.looks = list(looks)
        self.looked = 0
        self.ended = False

    def look(self, since: float) -> Iterator[bytes]:
        self.looked += 1
        what = self.looks.pop(0)
        if what == "outage":
            raise Unavailable("away")
        self.ended = not self.looks
        yield frame(what, {}, self.mark())

    def rest(self) -> float:
        return 1000.0

    def mark(self) -> str:
        return str(self.looked)


class Nudged:
    """A watch with nudges without end."""

    def wait(self, timeout: float) -> bool:
        return True


class Waits(Event):
    """Takes down how long somebody would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0.0)
        return False


class Quiet:
    """A watch that hears nothing, in a world where waiting takes no time."""

    def __init__(self, closing: Event, waits: int) -> None:
        self.closing = closing
        self.waits = waits

    def wait(self, timeout: float) -> bool:
        self.waits -= 1
        if not self.waits:
            self.closing.set()
        return False


def test_a_stream_lives_through_an_outage_of_postgres() -> None:
    frames = list(stream(Script("one", "outage", "two"), nullcontext(Nudged()), Event()))

    assert [parsed(one).kind for one in frames] == ["one", "two"]


def test_nudges_without_end_make_no_frenzy() -> None:
    waits = Waits()

    list(stream(Script(*["look"] * 10), nullcontext(Nudged()), waits))

    assert len(waits.asked) == 9
    assert min(waits.asked) > pace.SOONEST / 2


def test_a_stream_with_nothing_to_tell_shows_that_it_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "BEAT", 0.0)
    closing = Event()

    frames = list(stream(Script("one", "two"), nullcontext(Quiet(closing, waits=2)), closing))

    assert {parsed(one).kind for one in frames} == {"one", "beat", "bye"}


def test_all_who_ask_at_the_same_time_share_one_answer() -> None:
    shared, asked, barrier = Shared(), [], Barrier(20)

    def ask() -> None:
        since = monotonic()
        barrier.wait()
        shared.ask("question", since, lambda: asked.append(since))

    threads = [Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(asked) == 1


def test_an_answer_older_than_the_question_is_not_taken() -> None:
    shared, answers = Shared(), iter("ab")

    first = shared.ask("question", monotonic(), lambda: next(answers))
    second = shared.ask("question", monotonic(), lambda: next(answers))
    again = shared.ask("question", ANY_TIME, lambda: next(answers))

    assert (first, second, again) == ("a", "b", "b")


def test_only_the_newest_answers_are_kept() -> None:
    shared = Shared(most=2)
    asked: list[int] = []
    for question in (1, 2, 3, 1):
        shared.ask(question, ANY_TIME, partial(asked.append, question))

    assert asked == [1, 2, 3, 1]
