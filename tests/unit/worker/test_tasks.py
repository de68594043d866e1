import pytest
from celery import Celery
from celery.exceptions import Reject
from redis.exceptions import ConnectionError as Gone

from tests.support.orders import an_order
from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.shared.sealing import Ring
from windlass.worker import tasks
from windlass.worker.app import create_app
from windlass.worker.runner import NoRoom, Runner

OPEN = Ring()
RING, OTHER = Ring.of(["a" * 32]), Ring.of(["b" * 32])


class FakeRunner(Runner):
    def __init__(self, refusal: Exception | None = None) -> None:
        self.accepted: list[RunAttempt] = []
        self.refusal = refusal

    def accept(self, order: RunAttempt) -> None:
        if self.refusal:
            raise self.refusal
        self.accepted.append(order)


def deliver(runner: Runner, message: str, keys: Ring = OPEN) -> None:
    app: Celery = create_app("memory://")
    tasks.register(app, runner, keys)
    app.tasks[messages.TASK_NAME].run(message)


def test_an_order_is_handed_over_as_it_was_sent() -> None:
    runner, order = FakeRunner(), an_order()

    deliver(runner, messages.encode(order).decode())

    assert runner.accepted == [order]


@pytest.mark.parametrize("refusal", [NoRoom(), Gone("away")])
def test_what_cannot_start_here_goes_back_to_the_queue(refusal: Exception) -> None:
    with pytest.raises(Reject) as handed_back:
        deliver(FakeRunner(refusal), messages.encode(an_order()).decode())

    assert vars(handed_back.value)["requeue"]


@pytest.mark.parametrize("message", ["", "{}", "[1]", '{"attempt_id": 1}', "\0"])
def test_what_is_no_order_is_dropped(message: str) -> None:
    runner = FakeRunner()

    deliver(runner, message)

    assert runner.accepted == []


def test_a_sealed_order_is_opened() -> None:
    runner, order = FakeRunner(), an_order()

    deliver(runner, RING.seal(messages.encode(order).decode()), RING)

    assert runner.accepted == [order]


@pytest.mark.parametrize("keys", [OPEN, OTHER], ids=["none", "another"])
def test_without_its_key_an_order_is_dropped(keys: Ring) -> None:
    runner = FakeRunner()

    deliver(runner, RING.seal(messages.encode(an_order()).decode()), keys)

    assert runner.accepted == []
