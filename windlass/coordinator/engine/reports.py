"""A batch of events, gathered by attempt and made fit to store. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from windlass.shared.events import (
    AttemptEvent,
    AttemptFinished,
    AttemptProgressed,
    AttemptStarted,
    LogChunk,
)
from windlass.shared.states import AttemptState, Reason
from windlass.shared.text import clean

ERROR_LIMIT = 16_384  # characters
MESSAGE_LIMIT = 1_000
_LARGEST_CODE = 2**31 - 1
_LARGEST_LOG = 2**62
_ALL = 100.0  # percent


@dataclass
class Report:
    """All that a batch says of one attempt. ``finished``: the first such event counts."""

    node: str
    started_at: datetime | None = None
    progressed: AttemptProgressed | None = None
    finished: AttemptFinished | None = None

    def add(self, event: AttemptEvent) -> None:
        match event:
            case AttemptStarted():
                self.started_at = self.started_at or event.at
            case AttemptProgressed():
                self.progressed = _storable_progress(event)
            case AttemptFinished():
                self.finished = self.finished or _storable(event)

    @property
    def ran(self) -> float:
        """Seconds between two readings of the worker's clock; 0 where there are not two."""
        if self.started_at is None or self.finished is None:
            return 0.0
        return max((self.finished.at - self.started_at).total_seconds(), 0.0)


def gather(batch: Iterable[AttemptEvent]) -> dict[UUID, Report]:
    reports: dict[UUID, Report] = {}
    for event in batch:
        report = reports.setdefault(event.attempt_id, Report(clean(event.node)))
        report.add(event)
    return reports


def state_of(finished: AttemptFinished) -> AttemptState:
    if finished.reason is None:
        return AttemptState.COMPLETED
    if finished.reason is Reason.CANCELLED:
        return AttemptState.CANCELLED
    return AttemptState.FAILED


def covers_log(finished: AttemptFinished) -> bool:
    """The whole log came with the report."""
    reached = 0
    for chunk in sorted(finished.tail, key=_offset):
        if chunk.first_byte > reached:
            return False
        reached = max(reached, chunk.first_byte + chunk.size)
    return reached >= finished.log_bytes


def _offset(chunk: LogChunk) -> int:
    return chunk.first_byte


def _storable(event: AttemptFinished) -> AttemptFinished:
    code = event.exit_code
    return msgspec.structs.replace(
        event,
        exit_code=None if code is None else _within(code, -_LARGEST_CODE, _LARGEST_CODE),
        error=clean(event.error[:ERROR_LIMIT]),
        output=None if event.output is None else clean(event.output),
        log_bytes=_within(event.log_bytes, 0, _LARGEST_LOG),
        log_lines=_within(event.log_lines, 0, _LARGEST_LOG),
        log_sha256=clean(event.log_sha256[:64]),
    )


def _storable_progress(event: AttemptProgressed) -> AttemptProgressed:
    """A percentage that is not a number compares with nothing, and becomes 0."""
    percent = min(event.percent, _ALL) if event.percent > 0.0 else 0.0
    return msgspec.structs.replace(
        event, percent=percent, message=clean(event.message[:MESSAGE_LIMIT])
    )


def _within(value: int, least: int, most: int) -> int:
    return min(max(value, least), most)
