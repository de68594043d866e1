"""Celery's consumer, made to ask the broker for a message only when it can start.

``BRPOP`` takes a message from everybody else, so it is sent only while there is room that no
message on its way has been promised. One that is on its way is let in whatever happens meanwhile;
the task hands it back when it does not fit.
"""

from typing import Any

from celery import bootsteps
from celery.worker import consumer as base
from celery.worker import state
from celery.worker.consumer.tasks import Tasks

from windlass.shared import logs
from windlass.worker.capacity import Capacity
from windlass.worker.watchdog import Pulse

log = logs.logger("consumer")


class Consumer(base.Consumer):
    """Tries to reconnect every second or two, where Celery's own waits for up to half a minute."""

    def ensure_connected(self, conn: Any) -> Any:
        connected = conn.ensure_connection(
            self._on_away,
            interval_start=0.2,
            interval_step=0.4,
            interval_max=2.0,
            callback=state.maybe_shutdown,
        )
        self.first_connection_attempt = False
        return connected

    def _on_away(self, problem: Exception, interval: float) -> None:
        log.warning("broker.away", problem=str(problem), next_try_in=interval)


def admission(capacity: Capacity, pulse: Pulse) -> type[bootsteps.StartStopStep]:
    """A step that puts ``capacity`` in charge of what the consumer asks for."""

    class Admission(bootsteps.StartStopStep):
        requires = (Tasks,)

        def __init__(self, c: Any, **options: Any) -> None:
            super().__init__(c, **options)
            capacity.listen(lambda: c.hub.call_soon(look_again))

        def start(self, c: Any) -> None:
            channel = c.task_consumer.channel
            allowed = channel.qos.can_consume

            def can_consume() -> bool:
                if channel._in_poll:  # asked already
                    return True
                promised = len(state.reserved_requests)
                wanted = capacity.room() > promised and bool(allowed())
                if wanted or not promised:  # else a message is stuck, perhaps for ever
                    pulse.beat()
                return wanted

            channel.qos.can_consume = can_consume

    return Admission


def look_again() -> None:
    """The consumer's loop asks whether there is room whenever it is woken."""
