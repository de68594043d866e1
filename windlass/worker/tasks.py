"""The one Celery task: decode an order, hand it over.

Acknowledged late, which is soon: before that a message that was not claimed comes back by itself.
The ticket makes a repeated delivery harmless.
"""

import msgspec
from celery import Celery
from celery.exceptions import Reject
from redis.exceptions import RedisError

from windlass.shared import logs, messages
from windlass.shared.sealing import Ring, Unreadable
from windlass.worker.runner import NoRoom, Runner

log = logs.logger("tasks")


def register(app: Celery, runner: Runner, keys: Ring) -> None:
    """``keys``: open what was sealed on its way."""

    @app.task(name=messages.TASK_NAME, shared=False, acks_late=True, max_retries=0)
    def run_attempt(message: str) -> None:
        try:
            order = messages.decode(keys.open(message))
        except (Unreadable, msgspec.DecodeError) as problem:  # a ValidationError is one
            log.critical("order.unreadable", problem=str(problem))
            return
        try:
            runner.accept(order)
        except (NoRoom, RedisError) as problem:
            raise Reject(problem, requeue=True) from None
