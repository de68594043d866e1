"""Jobs of a task: every row of submit, status and stop, with a fleet that ends them as told."""

import re
from datetime import datetime
from typing import Any

import msgspec
import pytest

from tests.conformance.cortex.client import CURRENT, Cortex, an_api, container, fault
from tests.support.fakes import FakeSignals
from tests.support.rows import rows
from windlass.coordinator.engine import deadlines
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.states import Reason

HINT = "\n\ntask job submission schema can be found at https://docs.cortexlabs.com/v/0.42/"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


@pytest.fixture(autouse=True)
def deployed(cortex: Cortex) -> None:
    cortex.deploy(an_api())


def test_a_submitted_job_is_answered_with_what_was_asked(cortex: Cortex) -> None:
    job = cortex.submit({"timeout": 60, "config": {"a": [1, {"b": None}]}, "unknown": 1})

    assert re.fullmatch(r"[0-9a-f]{16}", job["job_id"])
    assert (job["api_name"], job["kind"], job["workers"]) == ("job", "TaskAPI", 1)
    assert (job["config"], job["timeout"]) == ({"a": [1, {"b": None}]}, 60)
    assert job["api_id"] == cortex.call("GET", "/get/job").json[0]["spec"]["id"]
    assert job["created_time"] == job["start_time"]
    assert MOMENT.fullmatch(job["start_time"])
    assert "pod_id" in job
    assert "spec_id" in job


def test_what_is_not_asked_is_null(cortex: Cortex) -> None:
    assert cortex.submit()["config"] is None
    assert cortex.submit()["timeout"] is None


def test_newer_jobs_sort_first(cortex: Cortex) -> None:
    ids = [cortex.submit()["job_id"] for _ in range(3)]

    assert ids == sorted(ids, reverse=True)


def test_status_is_running_from_the_first_moment_and_tells_no_end(cortex: Cortex) -> None:
    id = cortex.submit()["job_id"]

    shown = cortex.job(id)

    assert set(shown) == {"job_status", "endpoint", "api_spec"}
    assert shown["job_status"]["status"] == "running"
    assert "end_time" not in shown["job_status"]
    assert shown["job_status"]["worker_counts"] == {"pending": 1}
    assert shown["endpoint"] == f"http://localhost/cortex/job?jobID={id}"
    assert shown["api_spec"]["name"] == "job"


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        ({}, "succeeded"),
        ({"reason": Reason.EXIT_CODE, "exit_code": 1}, "worker_error"),
        ({"reason": Reason.SETUP, "error": "no such program"}, "worker_error"),
        ({"reason": Reason.OOM, "exit_code": 137}, "worker_oom"),
        ({"reason": Reason.IMAGE, "error": "no such image"}, "unexpected_error"),
        ({"reason": Reason.REJECTED, "error": "not here"}, "unexpected_error"),
    ],
)
def test_each_way_to_end_has_its_status_and_an_end(
    cortex: Cortex, ended: dict[str, Any], status: str
) -> None:
    job = cortex.submit()
    ids = cortex.fleet.dispatch()
    cortex.fleet.start(*ids)
    assert cortex.job(job["job_id"])["job_status"]["worker_counts"] == {"ready": 1}

    cortex.fleet.finish(*ids, **ended)

    shown = cortex.job(job["job_id"])["job_status"]
    assert shown["status"] == status
    assert MOMENT.fullmatch(shown["end_time"])
    assert _time(shown["end_time"]) >= _time(job["start_time"])
    assert "worker_counts" not in shown


def test_a_lost_worker_is_no_error_of_the_job(cortex: Cortex) -> None:
    id = cortex.submit()["job_id"]
    ids = cortex.fleet.dispatch()
    cortex.fleet.start(*ids)

    cortex.fleet.lose(*ids)

    assert cortex.status(id) == "running"


def test_time_counts_from_submission_and_nothing_changes_its_end(
    cortex: Cortex, db: Database
) -> None:
    id = cortex.submit({"timeout": 0})["job_id"]
    running = cortex.submit({"timeout": 1000})["job_id"]
    ids = cortex.fleet.dispatch()
    cortex.fleet.start(*ids)

    deadlines.enforce(db, FakeSignals())
    late = cortex.job(id)["job_status"]
    stopped = cortex.call("DELETE", f"/tasks/job?jobID={id}")
    cortex.fleet.finish(*ids)

    assert late["status"] == "timed_out"
    assert fault(stopped)[0] == "job.job_is_not_in_progress"
    assert cortex.job(id)["job_status"]["end_time"] == late["end_time"]
    assert cortex.status(id) == "timed_out"
    assert cortex.status(running) == "succeeded"


def test_a_stopped_job_is_stopped_at_once_and_stays_so(cortex: Cortex) -> None:
    id = cortex.submit()["job_id"]
    ids = cortex.fleet.dispatch()
    cortex.fleet.start(*ids)

    answer = cortex.call("DELETE", f"/tasks/job?jobID={id}&apiName=job")
    first = cortex.job(id)["job_status"]
    again = cortex.call("DELETE", f"/tasks/job?jobID={id}")
    cortex.fleet.finish(*ids)
    last = cortex.job(id)["job_status"]

    assert (answer.status_code, answer.json) == (200, {"message": f"stopped job {id}"})
    assert fault(again) == (
        "job.job_is_not_in_progress",
        f"{id} (job api): cannot stop TaskAPI job because it is not in progress",
    )
    assert first["status"] == last["status"] == "stopped"
    assert first["end_time"] == last["end_time"]


def test_what_is_over_cannot_be_stopped(cortex: Cortex) -> None:
    id = cortex.submit()["job_id"]
    cortex.fleet.run()

    answer = cortex.call("DELETE", f"/tasks/job?jobID={id}")

    assert fault(answer)[0] == "job.job_is_not_in_progress"
    assert cortex.status(id) == "succeeded"


def test_a_running_job_keeps_the_spec_it_started_with(cortex: Cortex) -> None:
    id = cortex.submit()["job_id"]
    before = cortex.job(id)["api_spec"]

    cortex.deploy(an_api("job", container(env={"A": "1"})))

    assert cortex.job(id)["api_spec"] == before
    assert cortex.submit()["api_id"] != before["id"]


def test_an_api_shows_what_runs_and_the_ten_newest(cortex: Cortex) -> None:
    running = cortex.submit()["job_id"]
    ids = [cortex.submit()["job_id"] for _ in range(12)]
    for id in ids:
        cortex.call("DELETE", f"/tasks/job?jobID={id}")

    shown = cortex.call("GET", "/get/job").json[0]["task_job_statuses"]

    assert [each["job_id"] for each in shown] == [*reversed(ids[-10:]), running]


def test_containers_get_job_variables_limits_and_a_shared_directory(
    cortex: Cortex, db: Database
) -> None:
    beside = container(name="beside", compute={"cpu": 0.5, "mem": "32M"})
    main = container(
        command=["sh", "-c", "$(A) $$(A) $(NOBODY)"],
        args=["{{ x }}", "$(A)"],
        env={"A": "{{ a }}"},
        compute={"mem": "64Mi", "cpu": "1500m", "gpu": 2, "shm": "1Mi"},
    )
    cortex.deploy(an_api("pair", main, beside, node_groups=["fast"]))
    job = cortex.submit({"config": {"x": "{{ y }}"}, "timeout": 9}, name="pair")

    (attempt,) = rows(db, "attempt", cortex.fleet.dispatch())

    order = messages.decode(attempt["message"])
    assert order.together
    assert attempt["queue"] == "fast"
    assert order.container.entrypoint == ("sh", "-c", "{{ a }} $(A) $(NOBODY)")
    assert order.container.cmd == ("{{ x }}", "{{ a }}")
    assert order.container.env["A"] == "{{ a }}"
    assert order.container.env["CORTEX_VERSION"] == CURRENT
    assert order.container.env["CORTEX_OPERATOR_ENDPOINT"] == "http://localhost/cortex"
    assert (order.container.limits.memory, order.container.limits.cpus) == (64 << 20, None)
    assert order.container.requests.memory == (64 << 20) + 32_000_000
    assert order.container.requests.cpus == 2.0
    assert (order.container.gpus, order.container.shm) == ("2", 1 << 20)
    assert [mount.target for mount in order.container.mounts] == ["/mnt"]
    assert order.sidecars[0].container.limits.memory == 32_000_000
    for each in (order.container, order.sidecars[0].container):
        told = msgspec.json.decode(each.placed["spec/job.json"])
        assert told["job_id"] == job["job_id"]
        assert (told["config"], told["timeout"]) == ({"x": "{{ y }}"}, 9)


def test_our_own_door_sees_the_same_job(cortex: Cortex, engine: Engine) -> None:
    id = cortex.submit()["job_id"]

    listed = cortex.client.get("/windlass/v1/jobs?door=cortex").json["items"]
    templates = cortex.client.get("/windlass/v1/templates?door=cortex").json["items"]
    made = cortex.client.post("/windlass/v1/templates/job/jobs?door=cortex", json={})

    assert [each["external_id"] for each in listed] == [id]
    assert [each["name"] for each in templates] == ["job"]
    assert made.status_code == 201
    assert [
        each["job_id"] for each in cortex.call("GET", "/get/job").json[0]["task_job_statuses"]
    ] == [id]


def _time(text: str) -> datetime:
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6] or '0'}+00:00")
