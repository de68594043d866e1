"""Jobs of Cortex's that are opened again at our own door, which Cortex has no word for."""

from tests.conformance.cortex.client import Cortex, an_api
from windlass.shared.states import Reason


def test_a_job_that_is_restarted_runs_again_and_ends_anew(cortex: Cortex) -> None:
    cortex.deploy(an_api())
    id = cortex.submit()["job_id"]
    cortex.fleet.finish(*cortex.fleet.dispatch(), reason=Reason.EXIT_CODE, exit_code=1)
    failed = cortex.job(id)["job_status"]

    again = _restarted(cortex)
    during = cortex.job(id)["job_status"]
    cortex.fleet.run()

    assert (failed["status"], again) == ("worker_error", 202)
    assert during["status"] == "running"
    assert "end_time" not in during
    assert cortex.status(id) == "succeeded"


def test_one_that_was_stopped_can_be_restarted_and_stopped_again(cortex: Cortex) -> None:
    cortex.deploy(an_api())
    id = cortex.submit()["job_id"]
    cortex.call("DELETE", f"/tasks/job?jobID={id}")
    cortex.fleet.run()

    again = _restarted(cortex)
    during = cortex.status(id)
    stopped = cortex.call("DELETE", f"/tasks/job?jobID={id}")

    assert (again, during, stopped.status_code) == (202, "running", 200)
    assert cortex.status(id) == "stopped"


def _restarted(cortex: Cortex) -> int:
    (job,) = cortex.client.get("/windlass/v1/jobs?door=cortex").json["items"]
    return int(cortex.client.post(f"/windlass/v1/jobs/{job['id']}/restart").status_code)
