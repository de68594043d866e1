"""How a job stands in Linkis' words. Pure.

``WaitForRetry`` is never shown: one of its clients takes it for an end. ``Timeout`` is, where a
limit was passed, which the real server never does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from windlass.coordinator.engine.outlook_views import Condition, Standing
from windlass.shared.states import JOB, AttemptState, JobState, Reason

INITED, SCHEDULED, RUNNING = "Inited", "Scheduled", "Running"
SUCCEED, FAILED, CANCELLED, TIMEOUT = "Succeed", "Failed", "Cancelled", "Timeout"
OVER = frozenset({SUCCEED, FAILED, CANCELLED, TIMEOUT})
UNDONE = (RUNNING, INITED, SCHEDULED)
WAIT_FOR_RETRY = "WaitForRetry"
ALL = (INITED, WAIT_FOR_RETRY, SCHEDULED, RUNNING, SUCCEED, FAILED, CANCELLED, TIMEOUT)
NEARLY = 0.99  # the most that is shown of what is not over

# So long an end waits to be shown for what the task wrote last; then its node will not send it.
PATIENCE = timedelta(seconds=30)

_ENDS = {JobState.COMPLETED: SUCCEED, JobState.CANCELLED: CANCELLED}


def status(standing: Standing, now: datetime) -> str:
    """An end is shown once all is stored that was written, so that nothing is missed by who reads
    then."""
    job = standing.job
    if not JOB.is_final(job.state):
        return _going_on(standing)
    if not standing.told and job.ended_at is not None and now - job.ended_at < PATIENCE:
        return RUNNING
    return _ENDS.get(job.state) or (TIMEOUT if is_late(standing) else FAILED)


def is_late(standing: Standing) -> bool:
    attempt = standing.attempt
    return Reason.TIMEOUT in {standing.job.reason, attempt.reason if attempt else None}


def progress(standing: Standing, now: datetime) -> float:
    """0 … 1; 1 only of what succeeded, and never less than it was."""
    if status(standing, now) == SUCCEED:
        return 1.0
    return min(standing.furthest / 100, NEARLY)


def _going_on(standing: Standing) -> str:
    attempt = standing.attempt
    if attempt is not None and attempt.state is AttemptState.PENDING:
        return SCHEDULED if attempt.number > 1 else INITED
    if attempt is not None and attempt.state is AttemptState.SCHEDULED:
        return SCHEDULED
    return INITED if attempt is None else RUNNING


_A, _J = AttemptState, JobState
_STARTED = (_A.RUNNING, _A.COMPLETED, _A.FAILED, _A.CANCELLED, _A.LOST)
_SOUGHT: Mapping[str, Sequence[Condition]] = {
    WAIT_FOR_RETRY: (Condition(_J.COMPLETED, (_A.PENDING,)),),  # nothing ever is
    INITED: (Condition(_J.PENDING, (_A.PENDING,)),),
    SCHEDULED: (
        Condition(_J.PENDING, (_A.SCHEDULED,)),
        Condition(_J.RUNNING, (_A.PENDING, _A.SCHEDULED)),
    ),
    RUNNING: (Condition(_J.PENDING, _STARTED), Condition(_J.RUNNING, _STARTED)),
    SUCCEED: (Condition(_J.COMPLETED),),
    FAILED: (Condition(_J.FAILED, late=False),),
    CANCELLED: (Condition(_J.CANCELLED),),
    TIMEOUT: (Condition(_J.FAILED, late=True),),
}


def sought(statuses: Sequence[str]) -> tuple[Condition, ...]:
    """How the engine finds these; words that are no status find nothing."""
    return tuple(condition for each in statuses for condition in _SOUGHT.get(each, ()))
