"""Orders a worker may receive; name only what matters."""

from uuid import UUID

from windlass.shared.ids import new_attempt_id, new_job_id, new_task_id
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container


def an_order(container: Container | None = None, attempt_id: UUID | None = None) -> RunAttempt:
    return RunAttempt(
        attempt_id=attempt_id or new_attempt_id(),
        task_id=new_task_id(),
        job_id=new_job_id(),
        number=1,
        job_name="a job",
        task_name="a task",
        queue="default",
        container=container or Container(run="true"),
    )


def a_script(run: str, **wishes: object) -> RunAttempt:
    return an_order(Container(run=run, **wishes))  # type: ignore[arg-type]  # fields of any type
