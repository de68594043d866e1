"""A task as the history shows it, each field of the kind that clients cast it to. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from windlass.coordinator.dialects.linkis import paths, status
from windlass.coordinator.dialects.linkis.asked import QUEUE_FULL, milliseconds
from windlass.coordinator.dialects.linkis.failures import Why
from windlass.coordinator.dialects.linkis.found import Found
from windlass.coordinator.dialects.linkis.ids import INSTANCE
from windlass.shared.states import Reason

_LARGEST = (1 << 31) - 1  # what fits a Java Integer


def task(found: Found, why: Why | None, *, brief: bool = False) -> dict[str, Any]:
    """``brief``: without what is long."""
    shown = {**_named(found), **_asked(found), **_timed(found), **_ended(found, why)}
    return shown if brief else {**shown, "executionCode": found.asked.code}


def _named(found: Found) -> dict[str, Any]:
    attempt = found.standing.attempt
    begun = found.standing.job.started_at or found.is_over
    return {
        "taskID": found.task_id,
        "id": found.task_id,
        "execId": found.short_id,
        "execID": found.exec_id,
        "strongerExecId": found.exec_id,
        "instance": INSTANCE,
        "engineInstance": attempt.node if attempt else None,
        "logPath": paths.log_path(found),
        "resultLocation": paths.result_path(found) if begun else None,
    }


def _asked(found: Found) -> dict[str, Any]:
    asked = found.asked
    params = json.dumps(asked.params)
    return {
        "umUser": asked.submit_user,
        "submitUser": asked.submit_user,
        "executeUser": asked.execute_user,
        "engineType": asked.engine,
        "executeApplicationName": asked.engine,
        "requestApplicationName": asked.creator,
        "runType": asked.run_type,
        "paramsJson": params,
        "paramJson": params,
        "sourceJson": json.dumps(asked.source),
        "sourceTailor": "-".join(asked.source.values()),
        "labels": list(asked.label_list),
        "isReuse": False,
        "observeInfo": "",
        "subJobs": None,
    }


def _timed(found: Found) -> dict[str, Any]:
    job, attempt = found.standing.job, found.standing.attempt
    return {
        "createdTime": milliseconds(job.created_at),
        "updatedTime": milliseconds(job.ended_at or job.started_at or job.created_at),
        "costTime": _cost(found),
        "engineStartTime": milliseconds(attempt.started_at if attempt else None),
        "requestStartTime": milliseconds(job.created_at),
        "requestEndTime": milliseconds(job.ended_at),
        "requestSpendTime": _cost(found),
        "metrics": json.dumps(_metrics(found)),
    }


def _ended(found: Found, why: Why | None) -> dict[str, Any]:
    far = found.progress
    return {
        "status": found.status,
        "progress": f"{far:g}" if 0 < far < 1 else f"{far:.1f}",
        "errCode": why.code if why else None,
        "errorCode": why.code if why else None,
        "errDesc": why.text if why else None,
        "canRetry": _can_retry(found),
    }


def progress_info(found: Found) -> list[dict[str, Any]]:
    """One entry: a task is one container."""
    over = found.is_over
    succeeded = found.status == status.SUCCEED
    return [
        {
            "id": found.short_id,
            "succeedTasks": int(succeeded),
            "failedTasks": int(over and not succeeded),
            "runningTasks": int(found.status == status.RUNNING),
            "totalTasks": 1,
        }
    ]


def _cost(found: Found) -> int:
    job = found.standing.job
    spent = ((job.ended_at or found.now) - job.created_at).total_seconds() * 1000
    return max(0, min(int(spent), _LARGEST))


def _can_retry(found: Found) -> bool:
    """It failed before any of its code was run, for a reason that may pass."""
    attempt, fault = found.standing.attempt, found.asked.fault
    if fault is not None:
        return fault.code == QUEUE_FULL
    failed = found.status == status.FAILED
    return failed and attempt is not None and attempt.reason in {Reason.IMAGE, Reason.SETUP}


def _metrics(found: Found) -> Mapping[str, int | None]:
    job, attempt = found.standing.job, found.standing.attempt
    return {
        "submitTime": milliseconds(job.created_at),
        "scheduleTime": milliseconds(attempt.published_at if attempt else None),
        "timeToOrchestrator": milliseconds(job.started_at),
        "completeTime": milliseconds(job.ended_at),
    }
