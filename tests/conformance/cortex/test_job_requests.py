"""What a job of a task may ask for, and in which words the rest is refused."""

import pytest

from tests.conformance.cortex.client import Cortex, an_api, fault

HINT = "\n\ntask job submission schema can be found at https://docs.cortexlabs.com/v/0.42/"


@pytest.fixture(autouse=True)
def deployed(cortex: Cortex) -> None:
    cortex.deploy(an_api())


def test_null_is_an_empty_request_and_keys_match_in_any_case(cortex: Cortex) -> None:
    assert cortex.call("POST", "/tasks/job", data=b"null").status_code == 200
    assert cortex.call("POST", "/tasks/job", data=b'{"TimeOut": 5}').json["timeout"] == 5


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (b"", "error", f"unexpected end of JSON input{HINT}"),
        (b"{", "error", f"unexpected end of JSON input{HINT}"),
        (b"{} x", "error", f"invalid character 'x' after top-level value{HINT}"),
        (
            b"[]",
            "error",
            "json: cannot unmarshal array into Go value of type schema.TaskJobSubmission" + HINT,
        ),
        (
            b'{"timeout": "1"}',
            "error",
            "json: cannot unmarshal string into Go struct field TaskJobSubmission.timeout of type"
            f" int{HINT}",
        ),
        (
            b'{"timeout": 5.0}',
            "error",
            "json: cannot unmarshal number 5.0 into Go struct field TaskJobSubmission.timeout of"
            f" type int{HINT}",
        ),
        (
            b'{"timeout": 1e3}',
            "error",
            "json: cannot unmarshal number 1e3 into Go struct field TaskJobSubmission.timeout of"
            f" type int{HINT}",
        ),
        (
            b'{"config": []}',
            "error",
            "json: cannot unmarshal array into Go struct field TaskJobSubmission.config of type"
            f" map[string]interface {{}}{HINT}",
        ),
        (
            b'{"workers": 2}',
            "configreader.invalid_int",
            "workers: invalid value (got 2, must be 1)",
        ),
        (
            b'{"timeout": -1}',
            "configreader.must_be_greater_than_or_equal_to",
            "timeout: must be greater than or equal to 0 (got -1)",
        ),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_in_gos_words(
    cortex: Cortex, body: bytes, kind: str, message: str
) -> None:
    answer = cortex.call("POST", "/tasks/job", data=body)

    assert fault(answer) == (kind, message)
    assert cortex.call("GET", "/get/job").json[0]["task_job_statuses"] == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"config": ' + b"[" * 5000,
        b'{"config": {"a": ' + b'{"a": ' * 2000 + b"1" + b"}" * 2002,
        b'{"config": {"a": 1e999}}',
        b'{"timeout": 99999999999999999999}',
        b'{"timeout": 9223372036854775807}',
        b" " * ((10 << 20) + 1),
    ],
)
def test_what_would_hurt_is_refused(cortex: Cortex, body: bytes) -> None:
    fault(cortex.call("POST", "/tasks/job", data=body))


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800", "ü", "{{ inputs.x }}"])
def test_a_config_may_hold_any_text(cortex: Cortex, text: str) -> None:
    answer = cortex.call("POST", "/tasks/job", data=f'{{"config": {{"a": "{text}"}}}}'.encode())

    assert answer.status_code == 200
    id = answer.json["job_id"]
    assert cortex.job(id)["job_status"]["config"] == answer.json["config"]
