"""Why a task did not succeed, in Linkis' words. Pure."""

from dataclasses import dataclass

from windlass.coordinator.dialects.linkis import status
from windlass.coordinator.dialects.linkis.found import Found
from windlass.coordinator.dialects.linkis.journal import KILLED
from windlass.coordinator.engine.logbook import presentable
from windlass.shared.states import Reason

RUN_FAILED = 12003
_LINES = 5  # of stderr that are told
_LONGEST = 20_000  # characters


@dataclass(frozen=True)
class Why:
    code: int
    text: str


def why(found: Found, stderr: bytes) -> Why | None:
    """``stderr``: what the task wrote there last. None: it goes on, or it succeeded."""
    if found.status == status.CANCELLED:
        return Why(0, KILLED)
    if found.status == status.TIMEOUT:
        return Why(0, _late(found))
    return _failed(found, stderr) if found.status == status.FAILED else None


def _failed(found: Found, stderr: bytes) -> Why:
    fault = found.asked.fault
    if fault is not None:
        return Why(fault.code, f"{fault.code}, {fault.text}")
    job, attempt = found.standing.job, found.standing.attempt
    lines = presentable(stderr.decode("utf-8", "replace")).rstrip().split("\n")[-_LINES:]
    text = (attempt.error if attempt else "") or job.error
    if attempt is not None and attempt.reason is Reason.EXIT_CODE and any(lines):
        text = "\n".join([f"run {found.asked.engine} failed with error:", *lines])
    return Why(RUN_FAILED, f"{RUN_FAILED}, {text}"[:_LONGEST])


def _late(found: Found) -> str:
    job, wishes = found.standing.job, found.asked.wishes
    begun = job.started_at or job.created_at
    taken = int(((job.ended_at or found.now) - begun).total_seconds())
    if job.started_at is None:
        limit = wishes.queuing_timeout or job.spec.start_timeout or 0.0
        return f"Job queued {taken} seconds over max queue time : {limit:g} seconds."
    return f"Job run {taken} seconds over max run time : {job.spec.timeout or 0.0:g} seconds."
