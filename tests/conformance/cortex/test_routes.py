"""What holds for whole groups of calls: headers, unknown names, and what an answer is made of."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from tests.conformance.cortex.client import CURRENT, OLD, Cortex, an_api, container, fault
from tests.support.rows import rows
from windlass.coordinator.store.db import Database
from windlass.shared import messages

LAST = (1 << 63) - 1
OF_THE_OPERATOR = [
    ("POST", "/deploy?configFileName=cortex.yaml"),
    ("POST", "/patch?configFileName=cortex.yaml"),
    ("GET", "/get"),
    ("GET", "/get/job"),
    ("GET", "/get/job/id"),
    ("GET", "/describe/job"),
    ("POST", "/refresh/job"),
    ("DELETE", "/delete/job"),
    ("GET", "/logs/job?jobID=0"),
]


@pytest.fixture(autouse=True)
def deployed(cortex: Cortex) -> None:
    cortex.deploy(an_api(), {**an_api("batch-api"), "kind": "BatchAPI"})


@pytest.mark.parametrize(("method", "path"), OF_THE_OPERATOR)
def test_the_operators_calls_need_a_version_that_is_known(
    cortex: Cortex, method: str, path: str
) -> None:
    cortex.version = None
    silent = cortex.call(method, path)
    cortex.version = "1.0.0"
    foreign = cortex.call(method, path)
    cortex.version = CURRENT

    assert fault(silent) == ("endpoints.header_missing", "missing CortexAPIVersion header")
    assert fault(foreign)[0] == "endpoints.api_version_mismatch"
    assert len(cortex.call("GET", "/get").json) == 2


@pytest.mark.parametrize("path", ["/verifycortex", "/info", "/tasks/job?jobID=0", "/job?jobID=0"])
def test_other_calls_need_none(cortex: Cortex, path: str) -> None:
    cortex.version = None

    answer = cortex.call("GET", path)

    assert answer.status_code == 200 or fault(answer)[0] == "job.not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/get/nothing"),
        ("GET", "/get/nothing/id"),
        ("GET", "/describe/nothing"),
        ("POST", "/refresh/nothing"),
        ("DELETE", "/delete/nothing"),
        ("GET", "/logs/nothing?jobID=0"),
        ("GET", "/logs/nothing"),
        ("GET", "/streamlogs/nothing?jobID=0"),
        ("GET", "/tasks/nothing?jobID=0"),
        ("POST", "/tasks/nothing"),
        ("POST", "/batch/nothing"),
    ],
)
def test_an_api_nobody_deployed_is_named(cortex: Cortex, method: str, path: str) -> None:
    assert fault(cortex.call(method, path, data=b"{}" if method == "POST" else None)) == (
        "resources.api_not_deployed",
        "nothing is not deployed",
    )


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("/tasks/nothing?jobID=x", "job.not_found", "TaskAPI job x (nothing api)"),
        ("/tasks/nothing/x", "job.not_found", "TaskAPI job x (nothing api)"),
        ("/tasks/batch-api?jobID=x", "job.not_found", "TaskAPI job x (batch-api api)"),
        ("/tasks/job?jobID=x", "job.not_found", "TaskAPI job x (job api)"),
        ("/batch/nothing?jobID=x", "error", "BatchAPI job x (nothing api)"),
        ("/batch/job?jobID=x", "error", "BatchAPI job x (job api)"),
    ],
)
def test_a_stop_looks_for_the_job_and_not_for_the_api(
    cortex: Cortex, path: str, kind: str, message: str
) -> None:
    assert fault(cortex.call("DELETE", path)) == (
        kind,
        f"failed to get job state: unable to find {message}",
    )


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", ["/tasks/job", "/batch/batch-api", "/job", "/batch-api"])
def test_a_job_is_named_by_the_query(cortex: Cortex, method: str, path: str) -> None:
    for query in ("", "?jobID=", "?jobid=1"):
        assert fault(cortex.call(method, path + query)) == (
            "endpoints.query_param_required",
            "query param required: jobID",
        )


@pytest.mark.parametrize(
    ("path", "kind"), [("/tasks/batch-api", "TaskAPI"), ("/batch/job", "BatchAPI")]
)
def test_a_submit_is_for_one_kind(cortex: Cortex, path: str, kind: str) -> None:
    found, text = fault(cortex.call("POST", path, json={}))

    assert found == "resources.operation_is_only_supported_for_kind"
    assert text.startswith(f"this operation is only allowed for {kind} kind and is not supported")


@pytest.mark.parametrize(("method", "path"), [("GET", "/describe"), ("POST", "/refresh")])
def test_what_is_for_replicas_is_not_for_batches(cortex: Cortex, method: str, path: str) -> None:
    assert fault(cortex.call(method, f"{path}/batch-api?force=true")) == (
        "resources.operation_is_only_supported_for_kind",
        "this operation is only allowed for RealtimeAPI or AsyncAPI kinds and is not supported for"
        " batch-api of kind BatchAPI",
    )


def test_logs_are_asked_for_by_a_job_that_is_there(cortex: Cortex) -> None:
    for path in ("/logs/job", "/streamlogs/job", "/logs/job/text"):
        assert fault(cortex.call("GET", path))[0] == "endpoints.logs_job_id_required"
        assert fault(cortex.call("GET", f"{path}?jobID=x"))[0] == "job.not_found"
    id = cortex.submit()["job_id"]

    url = cortex.call("GET", f"/logs/job?jobID={id}").json["log_url"]

    assert url == f"http://localhost/cortex/logs/job/text?jobID={id}"
    text = cortex.client.get(url)
    assert (text.status_code, text.content_type.split(";")[0], text.data) == (
        200,
        "text/plain",
        b"",
    )


@pytest.mark.parametrize("force", ["true", "false"])
def test_the_same_again_is_up_to_date_however_it_is_sent(cortex: Cortex, force: str) -> None:
    query = f"?configFileName=cortex.yaml&force={force}&clientID=x"

    (result,) = cortex.deploy_text(json.dumps([an_api()]), query).json

    assert result["message"] == "job is up to date"


def test_the_ids_of_an_api_tell_when_it_was_deployed(cortex: Cortex) -> None:
    spec = cortex.call("GET", "/get/job").json[0]["spec"]

    updated = LAST - int(spec["id"].partition("-")[0], 16)
    assert updated // 1_000_000_000 == spec["last_updated"]
    assert updated == spec["initial_deployment_time"]
    assert set(spec) == {
        *("name", "kind", "pod", "node_groups", "networking", "id", "spec_id", "pod_id"),
        *("predictor_id", "handler_id", "deployment_id", "key", "initial_deployment_time"),
        *("last_updated", "metadata_root", "index", "file_name", "submitted_api_spec"),
    }


def test_an_api_tells_of_its_ten_newest_versions(cortex: Cortex) -> None:
    for number in range(11):
        (last,) = cortex.deploy(an_api("job", container(env={"A": str(number)})))

    (shown,) = cortex.call("GET", "/get/job").json

    assert len(shown["api_versions"]) == 10
    assert shown["api_versions"][0] == {
        "api_id": last["api"]["spec"]["id"],
        "last_updated": last["api"]["spec"]["last_updated"],
    }
    assert shown["dashboard_url"] == ""


def test_the_list_tells_of_what_runs_and_the_newest(cortex: Cortex) -> None:
    running = cortex.submit()["job_id"]
    ids = [cortex.submit()["job_id"] for _ in range(2)]
    for id in ids:
        cortex.call("DELETE", f"/tasks/job/{id}")

    shown = {each["spec"]["name"]: each for each in cortex.call("GET", "/get").json}

    found = shown["job"]["task_job_statuses"]
    assert [each["job_id"] for each in found] == [ids[-1], running]
    assert shown["batch-api"]["batch_job_statuses"] == []


def test_containers_find_the_job_and_the_way_to_this_door(cortex: Cortex, db: Database) -> None:
    job = cortex.submit({"config": {"a": 1}, "timeout": 5})

    (attempt,) = rows(db, "attempt", cortex.fleet.dispatch())

    container = messages.decode(attempt["message"]).container
    assert container.layout.root == "/cortex"
    told = container.placed["spec/job.json"]
    assert msgspec.json.decode(told) == job
    assert told.startswith('{\n  "job_id": ')
    way = msgspec.json.decode(container.placed["client/cli.yaml"])
    assert way["environments"][0]["operator_endpoint"] == "http://localhost/cortex"
    assert way["default_environment"] == way["environments"][0]["name"]
    assert container.env["CORTEX_CLI_CONFIG_DIR"] == "/cortex/client"
    assert (container.env["CORTEX_LOG_LEVEL"], "CORTEX_PORT" in container.env) == ("INFO", False)


@pytest.mark.parametrize("workers", [1, None])
def test_one_worker_may_be_asked_for(cortex: Cortex, workers: int | None) -> None:
    assert cortex.submit({"workers": workers})["workers"] == 1


@pytest.mark.parametrize("version", [CURRENT, OLD])
def test_a_file_may_come_in_a_part_that_names_none(cortex: Cortex, version: str) -> None:
    cortex.version = version
    data = {"config": json.dumps([an_api()])}

    answer = cortex.call("POST", "/deploy?configFileName=cortex.yaml", data=data)

    assert answer.json[0]["message"] == "job is up to date"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n- a\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data; boundary=" + "y" * 300),
        (b"- {name: job}", "application/x-yaml"),
        (b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\na\r\n--x--', None),
        (b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\na\r\n--x--", "multipart/form-data; boundary=x"),
        (b"config=" + b"%00" * 10, "application/x-www-form-urlencoded"),
    ],
)
def test_a_broken_upload_is_refused_and_changes_nothing(
    cortex: Cortex, body: bytes, content_type: str | None
) -> None:
    before = cortex.call("GET", "/get").json

    answer = cortex.call(
        "POST",
        "/deploy?configFileName=cortex.yaml",
        input_stream=io.BytesIO(body),
        content_length=len(body),
        content_type=content_type,
    )

    fault(answer)
    assert cortex.call("GET", "/get").json == before


def test_apis_that_take_each_others_endpoints_do_not_wait_for_each_other_for_ever(
    cortex: Cortex,
) -> None:
    def redeployed(name: str, turn: int) -> tuple[int, str]:
        own = Cortex(cortex.client.application.test_client(), cortex.fleet)
        endpoint = {"endpoint": f"/e{turn % 2}"}
        api = an_api(name, container(env={"TURN": str(turn)}), networking=endpoint)
        answer = own.deploy_text(json.dumps([api]))
        return answer.status_code, "" if answer.status_code == 200 else answer.json["kind"]

    with ThreadPoolExecutor(6) as pool:
        names = ("one", "one", "two") * 14
        answers = set(pool.map(redeployed, names, range(42)))

    assert answers <= {(200, ""), (400, "spec.duplicate_endpoint")}
    assert (200, "") in answers
