"""Jobs of a task by their addresses and in the words of each version of clients."""

import pytest

from tests.conformance.cortex.client import CURRENT, OLD, Cortex, an_api, fault


@pytest.fixture(autouse=True)
def deployed(cortex: Cortex) -> None:
    cortex.deploy(an_api())


@pytest.mark.parametrize("path", ["/tasks/job", "/job"])
def test_jobs_are_reached_by_query_and_by_path_at_both_addresses(cortex: Cortex, path: str) -> None:
    id = cortex.call("POST", path, json={}).json["job_id"]

    by_query = cortex.call("GET", f"{path}?jobID={id}")
    by_path = cortex.call("GET", f"{path}/{id}")
    stopped = cortex.call("DELETE", f"{path}/{id}")

    assert by_query.json == by_path.json
    assert by_query.json["job_status"]["job_id"] == id
    assert stopped.json == {"message": f"stopped job {id}"}


def test_an_endpoint_of_several_parts_is_served(cortex: Cortex) -> None:
    cortex.deploy(an_api("deep", networking={"endpoint": "/a/b"}))

    id = cortex.call("POST", "/a/b", json={}).json["job_id"]

    assert cortex.call("GET", f"/a/b/{id}").json["job_status"]["api_name"] == "deep"
    assert cortex.call("GET", "/a").status_code == 404


def test_the_checks_come_in_cortexs_order(cortex: Cortex) -> None:
    cortex.deploy({**an_api("batch-api"), "kind": "BatchAPI"})

    assert fault(cortex.call("GET", "/tasks/nothing")) == (
        "endpoints.query_param_required",
        "query param required: jobID",
    )
    assert fault(cortex.call("GET", "/tasks/nothing?jobID=x")) == (
        "resources.api_not_deployed",
        "nothing is not deployed",
    )
    assert fault(cortex.call("GET", "/tasks/batch-api?jobID=x")) == (
        "resources.operation_is_only_supported_for_kind",
        "this operation is only allowed for TaskAPI kind and is not supported for batch-api of"
        " kind BatchAPI",
    )
    assert fault(cortex.call("GET", "/tasks/job?jobID=x")) == (
        "job.not_found",
        "failed to get job state: unable to find TaskAPI job x (job api)",
    )
    assert fault(cortex.call("POST", "/tasks/nothing", data=b"")) == (
        "resources.api_not_deployed",
        "nothing is not deployed",
    )


def test_old_clients_hear_old_words(cortex: Cortex) -> None:
    id = cortex.submit()["job_id"]
    cortex.version = OLD

    shown = cortex.job(id)["job_status"]

    assert shown["status"] == "status_running"
    assert "predictor_id" in shown
    assert set(shown["worker_counts"]) == {
        "pending",
        "initializing",
        "running",
        "succeeded",
        "failed",
        "stalled",
        "unknown",
    }


@pytest.mark.parametrize(
    ("version", "status", "third"),
    [
        (None, "status_running", "predictor_id"),
        ("0.34.0", "status_running", "handler_id"),
        ("0.35.1", "running", "handler_id"),
        ("0.36.0", "running", "pod_id"),
        (CURRENT, "running", "pod_id"),
        ("9.9.9", "status_running", "predictor_id"),
    ],
)
def test_words_follow_the_callers_version(
    cortex: Cortex, version: str | None, status: str, third: str
) -> None:
    cortex.version = version
    id = cortex.submit()["job_id"]

    shown = cortex.job(id)["job_status"]

    assert shown["status"] == status
    assert third in shown
