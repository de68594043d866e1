"""Jobs in openYuanrong's shape: nothing is null, seconds are text, and the environment is told in
another spelling than it was asked for. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from windlass.coordinator.dialects.yuanrong import intake
from windlass.coordinator.engine.views import AttemptView, JobView
from windlass.shared.states import JobState

Doc = dict[str, Any]

STATUS: Mapping[JobState, str] = {
    JobState.PENDING: "PENDING",
    JobState.RUNNING: "RUNNING",
    JobState.COMPLETED: "SUCCEEDED",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "STOPPED",
}


def details(job: JobView, document: str | None, attempt: AttemptView | None) -> Doc:
    asked = json.loads(document or "{}")
    return {
        "type": "SUBMISSION",
        "entrypoint": asked.get("entrypoint", ""),
        "submission_id": job.external_id,
        "driver_info": {
            "id": job.external_id,
            "node_ip_address": (attempt.node if attempt else None) or "",
            "pid": "",
        },
        "status": STATUS[job.state],
        "start_time": _seconds(job.created_at),
        "end_time": _seconds(job.ended_at),
        "metadata": asked.get("metadata", {}),
        "runtime_env": _environment(asked.get("runtime_env", {})),
        "driver_agent_http_address": "",
        "driver_node_id": (attempt.node if attempt else None) or "",
        "driver_exit_code": (attempt.exit_code if attempt and job.ended_at else None) or 0,
        "error_type": _error(job, attempt),
    }


def _environment(asked: Mapping[str, Any]) -> Doc:
    shown: Doc = {"working_dir": asked.get("working_dir", "")}
    if variables := intake.variables(asked):
        shown["envVars"] = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if packages := intake.packages(asked):
        shown["pip"] = f"pip3.9 install {' '.join(packages)} && pip3.9 check"
    return shown


def _error(job: JobView, attempt: AttemptView | None) -> str:
    if job.state is JobState.CANCELLED:
        return "the job was stopped by its user"
    if job.state is not JobState.FAILED:
        return ""
    return (attempt.error if attempt else "") or job.error


def _seconds(at: datetime | None) -> str:
    return "" if at is None else str(int(at.timestamp()))
