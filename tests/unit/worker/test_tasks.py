import pytest
from celery import Celery
from celery.exceptions import Reject
from redis.exceptions import ConnectionError as Gone

from tests.support.orders import an_order
from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.worker import tasks
from windlass.worker.app import create_app
from windlass.worker.runner import NoRoom, Runner


class FakeRunner(Runner):
    def __init__(self, refusal: Exception | None = None) -> None:
        self.accepted: list[RunAttempt] = []
        self.refusal = refusal

    def accept(self, order: RunAttempt) -> None:
        if self.refusal:
            raise self.refusal
        self.accepted.append(order)


def deliver(runner: Runner, message: str) -> None:
    app: Celery = create_app("memory://")
    tasks.register(app, runner)
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
