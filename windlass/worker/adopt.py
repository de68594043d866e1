"""At start: take up what an earlier worker of this node left, and sweep what nobody wants.

Nothing is claimed before this is done, and nothing is decided without Redis: what is wanted and
what is not, only the engine's verdicts tell.
"""

from threading import Event

from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.lease import Leases, Verdict
from windlass.worker.runner import Runner
from windlass.worker.runtimes.base import Adopted, Runtime, RuntimeBroken
from windlass.worker.ticker import Ticker

SWEEP_EVERY = 300.0  # seconds
_AGAIN = 1.0
_UNWANTED = frozenset({Verdict.SETTLED, Verdict.LOST, Verdict.STOLEN})

log = logs.logger("adopt")


def adopt(runtime: Runtime, leases: Leases, runner: Runner, node: str) -> int:
    """Take up every run of this node that is still wanted, and remove the others; how many were
    taken up. May raise ``RedisError`` or RuntimeBroken: then nothing has happened yet."""
    found = runtime.adopt()
    verdicts = leases.renew([one.order.attempt_id for one in found], node) if found else []
    wanted = 0
    for one, verdict in zip(found, verdicts, strict=True):
        if verdict in _UNWANTED:
            _discard(one)
        else:
            runner.adopt(one, verdict)
            wanted += 1
    if found:
        log.info("adopted", runs=wanted, removed=len(found) - wanted)
    return wanted


def adopt_patiently(
    runtime: Runtime, leases: Leases, runner: Runner, node: str, stopping: Event
) -> bool:
    """Until it works; False when ``stopping`` was set first."""
    while not stopping.is_set():
        try:
            adopt(runtime, leases, runner, node)
        except (RedisError, RuntimeBroken) as problem:
            log.warning("adoption.waits", problem=str(problem))
            stopping.wait(_AGAIN)
        else:
            return True
    return False


def sweeper(runtime: Runtime, runner: Runner) -> Ticker:
    """Removes what belongs to this node and to no attempt here, such as what could not be removed
    in its time. The view is a live one: an attempt that starts meanwhile is in it."""

    def sweep() -> None:
        if removed := runtime.sweep(runner.here()):
            log.info("swept", removed=removed)

    return Ticker("sweeper", sweep, every=SWEEP_EVERY)


def _discard(found: Adopted) -> None:
    try:
        found.run.stop(found.order.container.grace)
        found.run.remove()
    except RuntimeBroken as problem:  # the sweep will find it
        log.warning("remove.failed", attempt_id=str(found.order.attempt_id), problem=str(problem))
