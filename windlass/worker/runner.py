"""Takes orders: claims each, and lets it run. Knows everything that is here."""

from collections.abc import KeysView
from threading import Condition
from uuid import UUID

from windlass.shared import logs
from windlass.shared.lease import Drained, Verdict
from windlass.shared.messages import RunAttempt
from windlass.worker.capacity import Hold
from windlass.worker.execution import Execution, Tools
from windlass.worker.runtimes.base import Adopted

log = logs.logger("runner")


class NoRoom(Exception):
    """Not here, not now: let another worker have it."""


class Runner:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._here: dict[UUID, Execution] = {}
        self._changes = Condition()

    def here(self) -> KeysView[UUID]:
        """A live view of every attempt of which something is on this node."""
        return self._here.keys()

    def empty(self, timeout: float) -> bool:
        """Wait until nothing is here any more; False after ``timeout`` seconds."""
        with self._changes:
            return self._changes.wait_for(lambda: not self._here, timeout)

    def accept(self, order: RunAttempt) -> None:
        """Start it, unless it was started before; returns at once. NoRoom or ``RedisError``: it
        was not started."""
        execution = Execution(order, self._tools, self._forget)
        with self._changes:
            if order.attempt_id in self._here:
                return
            if not self._tools.capacity.take(order.container.requests):
                raise NoRoom
            self._here[order.attempt_id] = execution
        if self._claimed(order):
            self._launch(order, execution)

    def adopt(self, found: Adopted, verdict: Verdict) -> None:
        """Go on with a run that an earlier worker started."""
        execution = Execution.of_adopted(found, self._tools, self._forget)
        self._tools.capacity.occupy(found.order.container.requests)
        with self._changes:
            self._here[found.order.attempt_id] = execution
        execution.hear(verdict)
        self._launch(found.order, execution)

    def _launch(self, order: RunAttempt, execution: Execution) -> None:
        self._tools.keeper.keep(order.attempt_id, execution)
        try:
            execution.start()
        except RuntimeError:  # no thread to be had: let the lease run out
            self._tools.keeper.drop(order.attempt_id)
            self._tools.capacity.give_back(order.container.requests)
            self._forget(order.attempt_id)
            raise
        log.info("attempt.taken", attempt_id=str(order.attempt_id), task=order.task_name)

    def _claimed(self, order: RunAttempt) -> bool:
        claimed, attempt_id = False, order.attempt_id
        try:
            leases, node = self._tools.leases, self._tools.node
            claimed = leases.claim(attempt_id, node, order.job_id) or self._is_ours(attempt_id)
        except Drained:  # noticed before the heartbeat has
            self._tools.capacity.hold(Hold.DRAINING)
            raise NoRoom from None
        finally:
            if not claimed:
                self._forget(attempt_id)
                self._tools.capacity.give_back(order.container.requests)
        return claimed

    def _is_ours(self, attempt_id: UUID) -> bool:
        """The answer to an earlier claim of ours was lost on its way, or its claimer killed: the
        ticket is spent, the lease names this node, and nothing of it is here."""
        leases, node = self._tools.leases, self._tools.node
        (standing,) = leases.standings([attempt_id])
        if standing.ticket != "spent" or standing.holder != node:
            return False
        (verdict,) = leases.renew([attempt_id], node)
        return verdict in {Verdict.NONE, Verdict.CANCEL}

    def _forget(self, attempt_id: UUID) -> None:
        with self._changes:
            self._here.pop(attempt_id, None)
            self._changes.notify_all()
