"""Paths under which clients find results and logs. They look like Linkis' own and lead nowhere but
into our store: the number of a task is in each, and all else must fit it. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC

from windlass.coordinator.dialects.linkis.found import Found
from windlass.coordinator.dialects.linkis.ids import safe

_ROOT = "file:///linkis"
_RESULT = re.compile(r"(.*/(\d{1,18}))(?:/(_\d{1,9}\.dolphin))?/?", re.ASCII)
_LOG = re.compile(r"(.*/(\d{1,18})\.log)", re.ASCII)


@dataclass(frozen=True)
class ResultPath:
    """``file`` empty: the directory."""

    task_id: int
    directory: str
    file: str


@dataclass(frozen=True)
class LogPath:
    task_id: int
    path: str


def result_path(found: Found) -> str:
    asked, at = found.asked, found.standing.job.created_at.astimezone(UTC)
    names = f"{safe(asked.creator)}/{safe(asked.execute_user)}"
    return f"{_ROOT}/result/{at:%Y-%m-%d}/{at:%H}/{names}/{found.task_id}"


def log_path(found: Found) -> str:
    asked, at = found.asked, found.standing.job.created_at.astimezone(UTC)
    names = f"{safe(asked.execute_user)}/log/{safe(asked.creator)}"
    return f"{_ROOT}/{names}/{at:%Y-%m-%d}/{found.task_id}.log"


def read_result(path: str) -> ResultPath | None:
    """None: no result has such a path."""
    match = _RESULT.fullmatch(path)
    return ResultPath(int(match[2]), match[1], match[3] or "") if match else None


def read_log(path: str) -> LogPath | None:
    match = _LOG.fullmatch(path)
    return LogPath(int(match[2]), match[1]) if match else None
