"""Whether and when a failed attempt is tried again. Pure."""

from windlass.shared.spec import Retry
from windlass.shared.states import Reason

POISON_CAP = 5  # attempts of one task lost in one epoch: with the fifth it is given up
LOSS_DELAY = 5.0  # seconds after the second loss, doubled with each

# What another try may mend. A template stays wrong, a refusal is a rule, a cancel was a wish.
RETRYABLE = frozenset(
    {Reason.EXIT_CODE, Reason.OOM, Reason.TIMEOUT, Reason.IMAGE, Reason.SETUP},
)


def delay(policy: Retry, nth: int, draw: float) -> float:
    """Seconds before the nth retry, from 1; ``draw`` in 0 … 1 decides about the jittered share."""
    try:
        grown = policy.initial_delay * policy.scaling_factor ** (nth - 1)
    except OverflowError:
        grown = policy.max_delay
    whole = min(grown, policy.max_delay)
    return whole * (1 - policy.jitter) + whole * policy.jitter * draw


def after_failure(policy: Retry, failures: int, reason: Reason, draw: float) -> float | None:
    """Seconds until the next try, or None; ``failures`` counts this one."""
    if reason not in RETRYABLE or failures > policy.limit:
        return None
    return delay(policy, failures, draw)


def after_loss(losses: int) -> float | None:
    """Likewise after the node fell silent; ``losses`` counts this one. The first costs no time;
    then 5, 10 and 20 seconds, lest one sick node uses them all up before anybody can act."""
    if losses >= POISON_CAP:
        return None
    return 0.0 if losses == 1 else LOSS_DELAY * 2 ** (losses - 2)
