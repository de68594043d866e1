"""Ready or not is told in time, whatever hangs behind it."""

from collections.abc import Iterator
from threading import Event

import pytest

from tests.support.waiting import until
from windlass.coordinator.engine.health import Health


@pytest.fixture
def thaw() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()


def test_what_does_not_answer_is_told_apart_from_what_does(thaw: Event) -> None:
    def frozen() -> str:
        thaw.wait()
        return "ok"

    health = Health({"well": lambda: "ok", "frozen": frozen}, patience=0.05)

    assert health.check() == {"well": "ok", "frozen": "no answer for 0.05 s"}
    thaw.set()
    until(lambda: health.check() == {"well": "ok", "frozen": "ok"})


def test_no_more_than_one_question_waits_for_an_answer(thaw: Event) -> None:
    asked: list[int] = []

    def frozen() -> str:
        asked.append(1)
        thaw.wait()
        return "ok"

    health = Health({"frozen": frozen}, patience=0.01)
    for _ in range(5):
        health.check()

    assert len(asked) == 1


def test_a_question_that_breaks_is_an_answer() -> None:
    def broken() -> str:
        raise OSError("wire cut")

    assert Health({"it": broken}).check() == {"it": "OSError: wire cut"}
