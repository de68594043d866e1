"""Content types, and what differs between a job and a scheduled one."""

import pytest

from tests.conformance.tork.refusing import JSON, YAML, refusal, taken
from windlass.coordinator.dialects.tork.intake import Refused, read_job

JOB = b'{"name":"j","tasks":[{"name":"t","run":"x"}]}'
SCHEDULED = b'{"name":"j","schedule":{"cron":"@daily"},"tasks":[{"name":"t"}]}'


@pytest.mark.parametrize("kind", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken(kind: str) -> None:
    assert taken(JOB, kind).name == "j"


@pytest.mark.parametrize(
    "kind", [YAML, "application/x-yaml", "application/yaml", "text/yaml;charset=utf-8"]
)
def test_yaml_is_taken(kind: str) -> None:
    assert taken(JOB, kind).name == "j"


def test_a_job_without_a_content_type_is_told_so() -> None:
    assert refusal(JOB, None) == "missing content type"
    assert refusal(JOB, "") == "missing content type"


def test_a_scheduled_job_without_a_content_type_has_an_unknown_one() -> None:
    assert refusal(SCHEDULED, None, scheduled=True) == "unknown content type: "


def test_other_content_types_are_repeated() -> None:
    assert refusal(JOB, "text/plain; x") == "unknown content type: text/plain; x"


def test_only_a_scheduled_job_has_a_schedule_and_only_another_waits() -> None:
    assert taken(SCHEDULED, scheduled=True).cron == "@daily"
    waiting = '{"name":"j","wait":{"timeout":"5s"},"tasks":[{"name":"t"}]}'
    assert refusal(waiting, scheduled=True) == 'json: unknown field "wait"'
    assert refusal(SCHEDULED) == 'json: unknown field "schedule"'
    wait = taken(waiting).wait
    assert wait is not None
    assert wait.timeout == "5s"


WAITS = [
    ("wait: {}", 'time: invalid duration ""'),
    ("wait: {timeout: 5}", 'time: missing unit in duration "5"'),
    ("wait: {timeout: 5d}", 'time: unknown unit "d" in duration "5d"'),
    ("wait: {timeout: 5 m}", 'time: unknown unit " m" in duration "5 m"'),
]


@pytest.mark.parametrize(("body", "message"), WAITS)
def test_how_long_to_wait_is_read_before_the_job_is_validated(body: str, message: str) -> None:
    assert refusal(body, YAML) == message


NUL = 'pq: invalid byte sequence for encoding "UTF8": 0x00'


def test_a_nul_is_refused_as_torks_database_does() -> None:
    job = '{"name":"a\\u0000","tasks":[{"name":"t"}]}'
    assert refusal(job) == f"error inserting job to the db: {NUL}"
    inside = '{"name":"a","tasks":[{"name":"t","env":{"A":"\\u0000"}}]}'
    message = "error inserting job to the db: pq: unsupported Unicode escape sequence"
    assert refusal(inside) == message


def test_a_backslash_before_the_same_letters_is_no_nul() -> None:
    assert taken('{"name":"a\\\\u0000","tasks":[{"name":"t"}]}').name == "a\\u0000"


def test_names_are_as_long_as_torks_columns() -> None:
    message = "error inserting job to the db: pq: value too long for type character varying(256)"
    body = '{"name":"%s","tasks":[{"name":"t"}]}'
    assert refusal(body % ("\u00e9" * 257)) == message
    assert taken(body % ("\u00e9" * 256)).name == "\u00e9" * 256
    scheduled = body.replace('"tasks"', '"schedule":{"cron":"@daily"},"tasks"')
    message = (
        "error inserting scheduled job to the db: pq: value too long for type character varying(64)"
    )
    assert refusal(scheduled % ("x" * 65), scheduled=True) == message


class Nobody:
    def has_user(self, username: str) -> bool:
        return username == "ada"

    def has_role(self, slug: str) -> bool:
        return slug == "ops"


def test_permissions_name_one_user_or_role_that_exists() -> None:
    permissions = (
        '{},{"user":"x"},{"role":"y"},{"user":"x","role":"y"},{"user":"ada"},{"role":"ops"}'
    )
    body = f'{{"name":"j","tasks":[{{"name":"t"}}],"permissions":[{permissions}]}}'
    with pytest.raises(Refused) as caught:
        read_job(body.encode(), JSON, scheduled=False, directory=Nobody())
    found = [line.split("'") for line in str(caught.value).split("\n")]
    assert [(words[1], words[3], words[5]) for words in found] == [
        ("Job.Permissions[0].perm", "perm", "roleoruser"),
        ("Job.Permissions[1].perm", "perm", "invalidusername"),
        ("Job.Permissions[2].perm", "perm", "invalidrole"),
        ("Job.Permissions[3].perm", "perm", "roleoruser"),
        ("Job.Permissions[3].perm", "perm", "invalidusername"),
        ("Job.Permissions[3].perm", "perm", "invalidrole"),
    ]
