"""Every Redis key and channel name. Nothing else builds one.

Keys that belong to an attempt carry it in braces: they stay together wherever keys are spread.
"""

from uuid import UUID

PREFIX = "windlass:"

EVENTS = PREFIX + "events"  # stream: what workers report
EVENTS_DEAD = PREFIX + "events:dead"  # stream, capped: reports nobody could apply
LOGS = PREFIX + "logs"  # stream: log chunks
LOGS_DEAD = PREFIX + "logs:dead"  # stream, capped: chunks nobody could store
ENGINE_GROUP = "engine"  # consumer group on EVENTS
LOGBOOK_GROUP = "logbook"  # consumer group on LOGS
EPOCH = PREFIX + "epoch"  # string without TTL: missing means this Redis forgot everything
DISPATCH_NUDGE = PREFIX + "nudge:dispatch"  # pub/sub: there may be work for the loops
JOBS_NUDGE = PREFIX + "nudge:jobs"  # pub/sub: these changed, or their logs grew; 16 bytes an id

BLOBS_WANTED = PREFIX + "blobs"  # list: requests of workers for pieces of stored files

BROKER_PROBE = "probe"  # string of a moment, beneath Celery's prefix: does Redis take writes?


def ticket(attempt_id: UUID) -> str:
    """String: ``open``, ``spent`` or ``revoked``."""
    return f"{PREFIX}ticket:{{{attempt_id}}}"


def lease(attempt_id: UUID) -> str:
    """String: the holder. Lives as long as it is renewed."""
    return f"{PREFIX}lease:{{{attempt_id}}}"


def log_position(attempt_id: UUID) -> str:
    """String: how far the log has left its worker. Written with the chunks, so that a Redis that
    lost those has forgotten it as well, and they are sent again."""
    return f"{PREFIX}position:{{{attempt_id}}}"


def verdict(attempt_id: UUID) -> str:
    """String: what the engine tells the holder: ``cancel``, ``lost``, ``resend`` or ``settled``."""
    return f"{PREFIX}verdict:{{{attempt_id}}}"


def blob_answer(number: UUID) -> str:
    """List: the pieces that one request asked for. Lives for a minute."""
    return f"{PREFIX}blob:{{{number}}}"


def drain(node: str) -> str:
    """String, present while the node shall take no new attempts."""
    return f"{PREFIX}drain:{node}"


def hold(job_id: UUID) -> str:
    """String, present while nothing of a job shall start."""
    return f"{PREFIX}hold:{job_id}"


def node_owner(node: str) -> str:
    """String: which installation works under this name; lives as long as it is renewed."""
    return f"{PREFIX}owner:{node}"


def node_channel(node: str) -> str:
    """Pub/sub: look at your verdicts now."""
    return f"{PREFIX}node:{node}"


def kombu_prefix() -> str:
    """Celery's own keys live beside ours."""
    return PREFIX + "celery:"
