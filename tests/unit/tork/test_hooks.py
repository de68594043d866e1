from windlass.coordinator.dialects.tork.show.documents import (
    JobSummary,
    ScheduleOf,
    Task,
    TaskSummary,
)
from windlass.coordinator.dialects.tork.show.gojson import encode
from windlass.coordinator.dialects.tork.show.hooks import environment, task_summary
from windlass.coordinator.engine.expressions import evaluate

JOB = JobSummary(id="a", name="job", state="COMPLETED", position=2, schedule=ScheduleOf(id="s"))
TASK = Task(id="b", job_id="a", position=1, state="RUNNING", env={"A": "b"}, run="true", var="v")


def test_a_hook_about_a_task_tells_a_summary_of_it() -> None:
    told = encode(task_summary(TASK))

    assert told == b'{"id":"b","jobId":"a","position":1,"state":"RUNNING","var":"v"}\n'


def test_conditions_see_gos_names() -> None:
    seen = environment(JOB, TaskSummary(id="b", job_id="a", state="RUNNING"))

    assert evaluate("job.State == 'COMPLETED' && task.State == 'RUNNING'", seen) is True
    assert evaluate("job.ID + task.JobID + job.Schedule.ID", seen) == "aas"
    assert evaluate("job.Position > 1 && job.TaskCount == 0 && len(job.Tags) == 0", seen) is True


def test_what_is_empty_is_there_and_other_spellings_are_not() -> None:
    seen = environment(JOB)

    assert seen["job"]["Error"] == ""
    assert "state" not in seen["job"]
    assert "task" not in seen
