"""At start: take up what an earlier worker of this node left, and sweep what nobody wants.

Nothing is claimed before this is done, and nothing is decided without Redis: what is wanted and
what is not, only the engine's verdicts tell.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.lease import Leases, Verdict
from windlass.worker.runner import Runner
from windlass.worker.runtimes.base import Adopted, Runtime, RuntimeBroken
from windlass.worker.ticker import Ticker

SWEEP_EVERY = 300.0  # seconds
_AGAIN = 1.0
_DISCARDS = 8  # runs stopped at a time
_UNWANTED = frozenset({Verdict.SETTLED, Verdict.LOST, Verdict.STOLEN})

log = logs.logger("adopt")


def adopt(runtime: Runtime, leases: Leases, runner: Runner, node: str) -> int:
    """Take up every run of this node that is still wanted, and remove the others; how many were
    taken up. May raise ``RedisError`` or RuntimeBroken: then nothing has happened yet."""
    found = runtime.adopt()
    verdicts = leases.renew([one.order.attempt_id for one in found], node) if found else []
    judged = list(zip(found, verdicts, strict=True))
    unwanted = [one for one, verdict in judged if verdict in _UNWANTED]
    for one, verdict in judged:
        if verdict not in _UNWANTED:
            runner.adopt(one, verdict)
    _discard_all(unwanted)  # after that: it may take long, and a lease must be kept from now on
    if found:
        log.info("adopted", runs=len(found) - len(unwanted), removed=len(unwanted))
    return len(found) - len(unwanted)


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


def _discard_all(unwanted: Sequence[Adopted]) -> None:
    with ThreadPoolExecutor(_DISCARDS) as pool:
        list(pool.map(_discard, unwanted))


def _discard(found: Adopted) -> None:
    try:
        found.run.stop(found.order.container.grace)
        found.run.remove()
    except RuntimeBroken as problem:  # the sweep will find it
        log.warning("remove.failed", attempt_id=str(found.order.attempt_id), problem=str(problem))
