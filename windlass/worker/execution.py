"""One attempt on this node: from its order to the verdict that nothing of it is needed any more.

The run is followed on one thread and its output on another, so that the end is noticed even while
the log cannot leave. What the engine decides comes in through ``hear``.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock, Thread, Timer
from uuid import UUID

from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.clock import Clock
from windlass.shared.events import AttemptFinished, AttemptStarted
from windlass.shared.lease import Leases, Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.worker import outcome as outcomes
from windlass.worker.capacity import Capacity, Hold
from windlass.worker.introduction import introduced
from windlass.worker.keeper import Keeper
from windlass.worker.outcome import Outcome
from windlass.worker.parcels.shelf import Shelf
from windlass.worker.progress import Progress
from windlass.worker.pump import Pump
from windlass.worker.reporter import Reporter
from windlass.worker.runtimes.base import (
    Adopted,
    Run,
    Runtime,
    RuntimeBroken,
    Unrunnable,
)
from windlass.worker.stopper import Stopper
from windlass.worker.transcript import Transcript

NOTICE_EVERY = 1.0  # seconds between two words about a pull
REPORT_AGAIN = 30.0  # seconds without a verdict: the report may have been lost with Redis
_TO_TURN_OUT_ENDED = 1.0  # seconds for a run that is found overdue: it may have ended in time

log = logs.logger("execution")


class _Stopped(Exception):
    """Before there was a run."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What an execution works with."""

    node: str
    clock: Clock
    runtime: Runtime
    shelf: Shelf
    leases: Leases
    keeper: Keeper
    reporter: Reporter
    progress: Progress
    pump: Pump
    capacity: Capacity


class Execution:
    """Holds one slot from its making to the end of the run, and a lease until ``forget``."""

    def __init__(self, order: RunAttempt, tools: Tools, forget: Callable[[UUID], None]) -> None:
        self._order = order
        self._tools = tools
        self._forget = forget
        self._run: Run | None = None
        self._age: float | None = None  # of a run that was adopted
        self._unwanted = Event()  # report nothing
        self._stopper = Stopper(order.container.grace)
        self._transcript = Transcript(order.attempt_id, tools.pump, self._unwanted)
        self._lock = Lock()
        self._final: AttemptFinished | None = None
        self._concluded = False
        self._cleaning = False
        self._resending = False
        self._told_at = 0.0
        self._noticed_at = float("-inf")

    @classmethod
    def of_adopted(
        cls, found: Adopted, tools: Tools, forget: Callable[[UUID], None]
    ) -> "Execution":
        execution = cls(found.order, tools, forget)
        execution._run, execution._age = found.run, found.age
        return execution

    def start(self) -> None:
        name = f"attempt-{self._order.attempt_id}"
        Thread(target=self._carry_out, name=name, daemon=True).start()

    # What the engine decides

    def hear(self, verdict: Verdict) -> None:
        if verdict is Verdict.CANCEL:
            self._stopper.ask(Reason.CANCELLED)
        elif verdict in {Verdict.LOST, Verdict.STOLEN}:
            self._give_up()
        elif verdict is Verdict.SETTLED:
            self._give_up()  # unless it has ended, which the engine then knows better
        elif verdict is Verdict.RESEND:
            self._send_again()
        self._remind()

    def _give_up(self) -> None:
        """Leave nothing of it here, and report nothing more."""
        self._unwanted.set()
        self._tools.keeper.drop(self._order.attempt_id)
        self._stopper.ask(Reason.NODE_LOST)
        with self._lock:
            concluded = self._concluded
        if concluded:
            Thread(target=self._clean, daemon=True).start()

    def _send_again(self) -> None:
        with self._lock:
            if self._final is None or self._resending:
                return
            self._resending = True
        Thread(target=self._resend, daemon=True).start()

    def _resend(self) -> None:
        run, id = self._run, self._order.attempt_id
        try:
            if run is not None and self._transcript.send_again(run):
                with suppress(RedisError):  # then it is asked for once more
                    self._tools.leases.carried_out(id, Verdict.RESEND)
        except Exception:  # likewise
            log.exception("log.broken", attempt_id=self._id)
        finally:
            self._resending = False

    def _remind(self) -> None:
        final = self._final
        if final is None or self._unwanted.is_set():
            return
        if self._tools.clock.monotonic() - self._told_at > REPORT_AGAIN:
            self._tell(final)

    # The attempt, on its own thread

    def _carry_out(self) -> None:
        try:
            outcome = self._attempt()
        finally:
            self._tools.capacity.give_back(self._order.container.requests)
        self._transcript.finish()
        self._conclude(outcomes.with_last_lines(outcome, self._transcript.chunker.recent))

    def _attempt(self) -> Outcome:
        deadline = self._deadline()  # of all of it: the pull of images and every step
        try:
            return self._follow(self._run or self._begin())
        except _Stopped:
            return outcomes.before_start(self._stopper.reason or Reason.CANCELLED)
        except Unrunnable as refusal:
            return outcomes.of_refusal(refusal)
        except RedisError as trouble:  # an archive could not be fetched
            return outcomes.of_trouble(trouble)
        except RuntimeBroken as trouble:
            log.warning("runtime.broken", attempt_id=self._id, problem=str(trouble))
            self._tools.capacity.hold(Hold.RUNTIME)
            return outcomes.of_trouble(trouble)
        except Exception as trouble:
            log.exception("attempt.broken", attempt_id=self._id)
            return outcomes.of_trouble(trouble)
        finally:
            deadline.cancel()

    def _begin(self) -> Run:
        self._report_start(age=0.0)
        self._tools.runtime.prepare(self._order, self._notice)
        self._fetch_parcels()
        self._unless_stopped()
        self._run = self._tools.runtime.start(introduced(self._order))
        if self._noticed_at > float("-inf"):
            self._tools.progress.tell(self._order.attempt_id, 0.0)
        return self._run

    def _fetch_parcels(self) -> None:
        allowed, clock = self._order.container.fetch_timeout, self._tools.clock
        began = clock.monotonic()

        def say(text: str) -> None:
            if allowed is not None and clock.monotonic() - began > allowed:
                raise Unrunnable(
                    Reason.SETUP, f"Timeout: archives were not here within {allowed:g} seconds"
                )
            self._notice(text, None)

        self._tools.shelf.stock(self._order, say)

    def _follow(self, run: Run) -> Outcome:
        if self._age is not None:
            self._report_start(self._age)
        self._stopper.attach(run)
        self._transcript.start(run, resumed=self._age is not None)
        self._tools.progress.watch(self._order.attempt_id, run)
        try:
            exit = run.wait()
        finally:
            self._tools.progress.forget(self._order.attempt_id)
            stopped = self._stopper.ended()
        outcome = outcomes.of_exit(exit, stopped, self._order.container)
        return outcomes.with_output(outcome, run.result())

    def _deadline(self) -> Timer:
        timeout = self._order.container.timeout
        left = timeout or 0.0
        if self._age is not None:
            left = max(left - self._age, _TO_TURN_OUT_ENDED)
        timer = Timer(left, self._stopper.ask, [Reason.TIMEOUT])
        timer.daemon = True
        if timeout is not None:
            timer.start()
        return timer

    def _notice(self, text: str, percent: float | None) -> None:
        """What takes long before the start; also where that is broken off."""
        self._unless_stopped()
        now = self._tools.clock.monotonic()
        if now - self._noticed_at >= NOTICE_EVERY:
            self._noticed_at = now
            message = text if percent is None else f"{text} ({percent:.0f} %)"
            self._tools.progress.tell(self._order.attempt_id, 0.0, message)

    def _unless_stopped(self) -> None:
        if self._stopper.reason is not None:
            raise _Stopped

    # The end

    def _conclude(self, outcome: Outcome) -> None:
        with self._lock:
            self._concluded = True
            if not self._unwanted.is_set():
                self._final = self._finished(outcome)
                self._tell(self._final)
                return
        self._clean()

    def _clean(self) -> None:
        with self._lock:
            if self._cleaning:
                return
            self._cleaning = True
        try:
            if self._run is not None:
                self._run.remove()
        except RuntimeBroken as problem:  # the sweep will find it
            log.warning("remove.failed", attempt_id=self._id, problem=str(problem))
        self._forget(self._order.attempt_id)

    def _tell(self, final: AttemptFinished) -> None:
        self._told_at = self._tools.clock.monotonic()
        self._tools.reporter.report(final)

    def _report_start(self, age: float) -> None:
        self._tools.reporter.report(
            AttemptStarted(
                attempt_id=self._order.attempt_id,
                node=self._tools.node,
                at=self._tools.clock.now() - timedelta(seconds=age),
            )
        )

    def _finished(self, outcome: Outcome) -> AttemptFinished:
        chunker = self._transcript.chunker
        return AttemptFinished(
            attempt_id=self._order.attempt_id,
            node=self._tools.node,
            at=self._tools.clock.now(),
            reason=outcome.reason,
            exit_code=outcome.exit_code,
            error=outcome.error,
            output=outcome.output,
            log_bytes=chunker.size,
            log_lines=chunker.lines,
            log_sha256=chunker.sha256,
            tail=tuple(self._transcript.tail),
        )

    @property
    def _id(self) -> str:
        return str(self._order.attempt_id)
