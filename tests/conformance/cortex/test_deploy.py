"""Deploying: what is taken, and the exact kind and form of every refusal."""

from typing import Any

import pytest
import yaml

from tests.conformance.cortex.client import Cortex, an_api, container, fault

# Each line is ten times the one before.
ALIASES = "- &a0 [x]\n" + "".join(
    f"- &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 10)
)
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
