"""Valid specs and submissions: a test names only what matters to it."""

from collections.abc import Sequence
from typing import Any

from tests.support.fakes import FakeSignals
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId
from windlass.shared.spec import Container, JobSpec, TaskSpec

_OF_CONTAINER = set(Container.__struct_fields__)


def a_task(name: str = "task", needs: Sequence[int] = (), **fields: Any) -> TaskSpec:
    """Fields of the container and of the task alike."""
    inner = {key: value for key, value in fields.items() if key in _OF_CONTAINER}
    outer = {key: value for key, value in fields.items() if key not in _OF_CONTAINER}
    container = Container(**{"image": "busybox", "run": "true", **inner})
    return TaskSpec(name=name, container=container, needs=tuple(needs), **outer)


def a_job(*tasks: TaskSpec, **fields: Any) -> JobSpec:
    return JobSpec(tasks=tasks or (a_task(),), **{"name": "job", **fields})


def a_submission(spec: JobSpec | None = None, **fields: Any) -> Submission:
    return Submission(spec=spec or a_job(), **{"door": "native", **fields})


def submitted(db: Database, *tasks: TaskSpec, **fields: Any) -> JobId:
    """A job of these tasks."""
    return submit(db, FakeSignals(), a_submission(a_job(*tasks, **fields))).job_id
