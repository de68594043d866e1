"""Deploying: what is taken, and the exact kind and form of every refusal."""

from typing import Any

import pytest
import yaml

from tests.conformance.cortex.client import OLD, Cortex, an_api, container, fault

# Each line is ten times the one before.
ALIASES = "- &a0 [x]\n" + "".join(
    f"- &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 10)
)
ITEMS = {"items": [1], "batch_size": 1}
HINT = "\n\napi configuration schema can be found at https://docs.cortexlabs.com/v/0.42/"


def test_an_api_is_created_updated_and_up_to_date(cortex: Cortex) -> None:
    (created,) = cortex.deploy(an_api())
    (same,) = cortex.deploy(an_api())
    (updated,) = cortex.deploy(an_api("job", container(env={"A": "1"})))

    assert (created["message"], created["error"]) == ("created job (TaskAPI)", "")
    assert same["message"] == "job is up to date"
    assert same["api"]["spec"]["id"] == created["api"]["spec"]["id"]
    assert updated["message"] == "updated job (TaskAPI)"
    assert updated["api"]["spec"]["spec_id"] != created["api"]["spec"]["spec_id"]


def test_a_deployed_api_has_every_default_and_ids_in_three_parts(cortex: Cortex) -> None:
    (deployed,) = cortex.deploy(an_api())

    spec = deployed["api"]["spec"]
    (main,) = spec["pod"]["containers"]
    assert main["compute"] == {"cpu": "200m", "mem": None, "gpu": 0, "inf": 0, "shm": None}
    assert spec["networking"] == {"endpoint": "/job"}
    assert spec["submitted_api_spec"] == an_api()
    assert (spec["index"], spec["file_name"]) == (0, "cortex.yaml")
    when, deployment, digest = spec["id"].split("-")
    assert (len(when), len(digest)) == (16, 32)
    assert (deployment, digest) == (spec["deployment_id"], spec["spec_id"])
    assert isinstance(spec["initial_deployment_time"], int)
    assert deployed["api"]["endpoint"] == "http://localhost/cortex/job"
    assert deployed["api"]["metadata"]["kind"] == "TaskAPI"


def test_an_endpoint_of_its_own_is_made_plain(cortex: Cortex) -> None:
    (deployed,) = cortex.deploy(an_api(networking={"endpoint": "my/own/"}))

    assert deployed["api"]["spec"]["networking"]["endpoint"] == "/my/own"
    assert deployed["api"]["endpoint"] == "http://localhost/cortex/my/own"


@pytest.mark.parametrize(
    ("api", "kind", "message"),
    [
        (
            {"kind": "TaskAPI"},
            "configreader.must_be_defined",
            f"cortex.yaml: resource at index 0: name: must be defined{HINT}",
        ),
        (
            {"name": "job"},
            "configreader.must_be_defined",
            'cortex.yaml: job: kind: must be defined, and set to "RealtimeAPI", "BatchAPI",'
            f' "TrafficSplitter", "TaskAPI", or "AsyncAPI"{HINT}',
        ),
        (
            an_api("Job"),
            "urls.dns1035",
            'cortex.yaml: Job (TaskAPI): name: "Job" must contain only lower case letters, numbers,'
            f" and dashes, start with a letter, and cannot end with a dash{HINT}",
        ),
        (
            an_api("j" * 43),
            "configreader.too_long",
            f'cortex.yaml: {"j" * 43} (TaskAPI): name: "{"j" * 43}" must be no more than 42'
            f" characters{HINT}",
        ),
        (
            an_api("b-job"),
            "configreader.cant_have_prefix",
            f'cortex.yaml: b-job (TaskAPI): name: "b-job" cannot start with "b-"{HINT}',
        ),
        (
            {**an_api(), "kind": "SomeAPI"},
            "configreader.invalid_str",
            'cortex.yaml: job: kind: invalid value (got "SomeAPI", must be "RealtimeAPI",'
            f' "BatchAPI", "TrafficSplitter", "TaskAPI", or "AsyncAPI"){HINT}',
        ),
        (
            an_api(autoscaling={}),
            "configreader.unsupported_key",
            f'cortex.yaml: job (TaskAPI): key "autoscaling" is not supported{HINT}',
        ),
        (
            an_api("job", container(readiness_probe={})),
            "configreader.unsupported_key",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: key"
            f' "readiness_probe" is not supported{HINT}',
        ),
        (
            {**an_api(), "pod": {"containers": []}},
            "configreader.too_few_elements",
            f"cortex.yaml: job (TaskAPI): pod: containers: must contain at least 1 elements{HINT}",
        ),
        (
            an_api("job", container(name="proxy")),
            "configreader.disallowed_value",
            'cortex.yaml: job (TaskAPI): pod: containers: index 0: name: "proxy" is not allowed,'
            f" please use a different value{HINT}",
        ),
        (
            an_api("job", container(compute={"mem": 67108864})),
            "configreader.invalid_primitive_type",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: compute: mem: 67108864: invalid"
            f" type (expected string){HINT}",
        ),
        (
            an_api("job", container(command=["sleep", 5])),
            "configreader.invalid_primitive_type",
            'cortex.yaml: job (TaskAPI): pod: containers: index 0: command: ["sleep", 5]: invalid'
            f" type (expected list of strings){HINT}",
        ),
        (
            an_api("job", container(compute={"gpu": -1})),
            "configreader.must_be_greater_than_or_equal_to",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: compute: gpu: must be greater"
            f" than or equal to 0 (got -1){HINT}",
        ),
        (
            an_api("job", container(compute={"mem": "1X"})),
            "k8s.parse_quantity",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: compute: mem: 1X: invalid",
        ),
        (
            an_api(networking={"endpoint": "a b"}),
            "urls.endpoint",
            'cortex.yaml: job (TaskAPI): networking: endpoint: "a b" must consist of lower case',
        ),
        (
            an_api(networking={"endpoint": "/"}),
            "urls.endpoint_empty_path",
            'cortex.yaml: job (TaskAPI): networking: endpoint: "/" is not allowed',
        ),
        (
            an_api("job", {"name": "main", "image": "busybox"}),
            "spec.field_must_be_specified_for_kind",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: command: command must be"
            " specified for TaskAPI kind",
        ),
        (
            an_api("job", container(), container()),
            "spec.duplicate_container_name",
            "cortex.yaml: job (TaskAPI): pod: containers: index 1: image: container name main must"
            " be unique",
        ),
        (
            {**an_api(), "pod": {"port": 80, "containers": [container()]}},
            "spec.field_is_not_supported_for_kind",
            "cortex.yaml: job (TaskAPI): pod: port is not supported for TaskAPI kind",
        ),
        (
            an_api("job", container(env={"CORTEX_A": "1"})),
            "spec.cortex_prefixed_env_var_not_allowed",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: env: CORTEX_A: environment"
            " variables starting with CORTEX_ or KUBEXIT_ are reserved",
        ),
        (
            an_api("job", container(compute={"shm": "2Gi", "mem": "1Gi"})),
            "spec.shm_cannot_exceed_mem",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: compute: shm (2Gi) cannot exceed"
            " total compute mem (1Gi)",
        ),
        (
            an_api("job", container(compute={"gpu": 1, "inf": 1})),
            "spec.compute_resource_conflict",
            "cortex.yaml: job (TaskAPI): pod: compute: gpu and inf resources cannot be used"
            " together",
        ),
        (
            an_api("job", container(liveness_probe={})),
            "spec.specify_exactly_one_field",
            "cortex.yaml: job (TaskAPI): pod: containers: index 0: liveness_probe: please specify"
            ' one of the following fields: "http_get", "tcp_socket", or "exec"',
        ),
        (
            an_api("job", container(image="a b")),
            "configreader.invalid_docker_image",
            'cortex.yaml: job (TaskAPI): pod: containers: index 0: image: "a b" is not a valid',
        ),
        (
            an_api("get"),
            "spec.duplicate_endpoint",
            "endpoint /get is an address of the operator's own",
        ),
    ],
)
def test_what_is_wrong_first_is_told_and_nothing_is_deployed(
    cortex: Cortex, api: dict[str, Any], kind: str, message: str
) -> None:
    answer = cortex.deploy_text(yaml.safe_dump([an_api("sound"), api]))

    found, text = fault(answer)
    assert found == kind
    assert text.startswith(message.replace("index 0: name: must", "index 1: name: must"))
    assert text.endswith(message[-20:]) or not message.endswith(HINT)
    assert cortex.call("GET", "/get").json == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a: [", "configreader.invalid_yaml"),
        (b"\xff", "configreader.invalid_yaml"),
        ("- &x [*x]", "configreader.invalid_yaml"),
        ("- *x", "configreader.invalid_yaml"),
        (ALIASES, "configreader.invalid_yaml"),
        ("- " * 60 + "a", "configreader.invalid_yaml"),
        ("a: 1", "spec.malformed_config"),
        ("- 1", "spec.malformed_config"),
        ("[]", "spec.no_apis"),
        ("", "endpoints.form_file_must_be_provided"),
    ],
)
def test_a_file_that_holds_no_apis_is_refused(cortex: Cortex, text: str | bytes, kind: str) -> None:
    assert fault(cortex.deploy_text(text))[0] == kind


def test_what_a_python_client_wrote_once_and_meant_twice_is_taken(cortex: Cortex) -> None:
    compute = {"cpu": "100m", "mem": "64Mi"}
    pair = an_api("job", container(compute=compute), container(name="other", compute=compute))
    text = yaml.dump([pair])
    assert "*id001" in text

    answer = cortex.deploy_text(text)

    (result,) = answer.json
    containers = result["api"]["spec"]["pod"]["containers"]
    assert [each["compute"]["mem"] for each in containers] == ["64Mi", "64Mi"]


def test_names_and_endpoints_are_unique_in_a_file_and_among_the_deployed(cortex: Cortex) -> None:
    twice = cortex.deploy_text(yaml.safe_dump([an_api(), an_api()]))
    shared = cortex.deploy_text(
        yaml.safe_dump([an_api("a"), an_api("b", networking={"endpoint": "a"})])
    )
    cortex.deploy(an_api())
    taken = cortex.deploy_text(yaml.safe_dump([an_api("other", networking={"endpoint": "job"})]))

    assert fault(twice) == (
        "spec.duplicate_name",
        'name "job" must be unique across apis (defined in cortex.yaml)',
    )
    assert fault(shared) == (
        "spec.duplicate_endpoint_in_one_deploy",
        'endpoint "/a" must be unique across apis (defined in a and b)',
    )
    assert fault(taken) == (
        "spec.duplicate_endpoint",
        "cortex.yaml: other (TaskAPI): networking: endpoint: /job: endpoint is already being used"
        " by job",
    )


def test_the_kind_of_a_deployed_api_stays(cortex: Cortex) -> None:
    cortex.deploy(an_api())

    changed, created = cortex.deploy({**an_api(), "kind": "BatchAPI"}, an_api("other"))

    assert changed["api"] is None
    assert changed["error"].startswith("error: cannot change the kind of job to BatchAPI because")
    assert created["message"] == "created other (TaskAPI)"


def test_a_deploy_needs_a_file_its_name_and_a_version(cortex: Cortex) -> None:
    nameless = cortex.deploy_text("[]", query="")
    without = cortex.call("POST", "/deploy?configFileName=a.yaml", data={})
    cortex.version = None
    silent = cortex.deploy_text("[]")
    cortex.version = "0.26.0"
    foreign = cortex.deploy_text("[]")

    assert fault(nameless) == (
        "endpoints.query_param_required",
        "query param required: configFileName",
    )
    assert fault(without) == (
        "endpoints.form_file_must_be_provided",
        'request form file "config" must be provided',
    )
    assert fault(silent) == ("endpoints.header_missing", "missing CortexAPIVersion header")
    kind, text = fault(foreign)
    assert kind == "endpoints.api_version_mismatch"
    assert "your CLI version (0.26.0) doesn't match your Cortex operator version" in text


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
