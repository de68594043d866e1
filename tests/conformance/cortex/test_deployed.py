"""What is deployed: how it is shown, listed and deleted; and the addresses beside."""

import pytest

from tests.conformance.cortex.client import ITEMS, OLD, Cortex, an_api, container, fault


def test_an_api_is_shown_with_its_versions(cortex: Cortex) -> None:
    (first,) = cortex.deploy(an_api())
    (second,) = cortex.deploy(an_api("job", container(env={"A": "1"})))

    (shown,) = cortex.call("GET", "/get/job").json
    old = cortex.call("GET", f"/get/job/{first['api']['spec']['id']}")
    unknown = cortex.call("GET", "/get/job/none")

    ids = [each["api_id"] for each in shown["api_versions"]]
    assert ids == [second["api"]["spec"]["id"], first["api"]["spec"]["id"]]
    assert shown["spec"]["id"] == ids[0]
    assert [set(each) for each in old.json] == [{"spec"}]
    assert old.json[0]["spec"]["id"] == ids[1]
    assert fault(unknown) == (
        "resources.api_id_not_found",
        "job with id none has never been deployed",
    )
    assert fault(cortex.call("GET", "/get/other")) == (
        "resources.api_not_deployed",
        "other is not deployed",
    )


def test_the_list_shows_spec_and_metadata_to_clients_of_any_time(cortex: Cortex) -> None:
    cortex.deploy(an_api("a"), an_api("b"))
    cortex.submit(name="b")
    cortex.version = OLD

    shown = cortex.call("GET", "/get").json

    assert [each["metadata"]["name"] for each in shown] == ["a", "b"]
    assert [each["spec"]["name"] for each in shown] == ["a", "b"]
    assert shown[1]["task_job_statuses"][0]["status"] == "status_running"


@pytest.mark.parametrize(("method", "path"), [("GET", "/describe"), ("POST", "/refresh")])
def test_what_is_for_replicas_is_not_for_tasks(cortex: Cortex, method: str, path: str) -> None:
    cortex.deploy(an_api())

    assert fault(cortex.call(method, f"{path}/job")) == (
        "resources.operation_is_only_supported_for_kind",
        "this operation is only allowed for RealtimeAPI or AsyncAPI kinds and is not supported for"
        " job of kind TaskAPI",
    )


def test_a_deleted_api_is_gone_with_its_jobs_unless_they_are_kept(cortex: Cortex) -> None:
    cortex.deploy(an_api())
    id = cortex.submit()["job_id"]

    kept = cortex.call("DELETE", "/delete/job?apiName=job&keepCache=true")
    again = cortex.call("DELETE", "/delete/job?apiName=job&keepCache=true")
    (redeployed,) = cortex.deploy(an_api())
    stopped = cortex.status(id)
    cortex.call("DELETE", "/delete/job?apiName=job&keepCache=false")
    cortex.deploy(an_api())

    assert (kept.status_code, kept.json) == (200, {"message": "deleting job"})
    assert fault(again)[0] == "resources.api_not_deployed"
    assert redeployed["message"] == "created job (TaskAPI)"
    assert stopped == "stopped"
    assert fault(cortex.call("GET", f"/tasks/job?jobID={id}"))[0] == "job.not_found"


@pytest.mark.parametrize(("first", "then"), [("TaskAPI", "BatchAPI"), ("BatchAPI", "TaskAPI")])
def test_jobs_that_were_kept_are_none_of_an_api_of_another_kind(
    cortex: Cortex, first: str, then: str
) -> None:
    job = {"workers": 1, **({"item_list": ITEMS} if first == "BatchAPI" else {})}
    cortex.deploy({**an_api(), "kind": first})
    id = cortex.call("POST", "/job", json=job).json["job_id"]
    cortex.call("DELETE", "/delete/job?keepCache=true")

    cortex.deploy({**an_api(), "kind": then})

    (listed,) = cortex.call("GET", "/get").json
    (shown,) = cortex.call("GET", "/get/job").json
    statuses = "batch_job_statuses" if then == "BatchAPI" else "task_job_statuses"
    assert (listed[statuses], shown[statuses]) == ([], [])
    assert fault(cortex.call("GET", f"/job/{id}"))[0] == "job.not_found"
    assert cortex.call("DELETE", f"/job/{id}").status_code == 400

    cortex.call("DELETE", "/delete/job?keepCache=true")
    cortex.deploy({**an_api(), "kind": first})
    assert cortex.call("GET", f"/job/{id}").json["job_status"]["status"] == "stopped"


def test_a_cluster_says_that_it_is_one_and_which(cortex: Cortex) -> None:
    assert cortex.call("GET", "/verifycortex").json == {}
    info = cortex.call("GET", "/info").json
    cortex.version = OLD

    assert info["cluster_config"]["api_version"] == "0.42.1"
    assert cortex.call("GET", "/info").json["cluster_config"]["api_version"] == OLD


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/deploy", 405),
        ("POST", "/get", 405),
        ("DELETE", "/get/job", 405),
        ("POST", "/info", 405),
        ("GET", "/tasks", 404),
        ("GET", "/nothing", 404),
        ("POST", "/nothing/here", 404),
        ("GET", "/get/a/b/c", 404),
        ("PUT", "/tasks/job", 405),
    ],
)
def test_other_addresses_and_methods_are_not_served(
    cortex: Cortex, method: str, path: str, status: int
) -> None:
    answer = cortex.call(method, path)

    assert answer.status_code == status
    assert answer.json["kind"] == "error"
