"""The finer rules of a configuration file: bounds, units, probes, what belongs to other kinds."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from tests.conformance.cortex.client import Cortex, an_api, container, fault
from tests.support.rows import rows
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.spec import Liveness

PORT = {"port": 9000}
AT = "cortex.yaml: job (TaskAPI): pod: containers: index 0: "


def probed(**probe: Any) -> dict[str, Any]:
    return an_api("job", container(liveness_probe=probe))


@pytest.mark.parametrize(
    ("api", "kind", "message"),
    [
        (
            an_api("job", container(compute={"cpu": "19m"})),
            "configreader.must_be_greater_than_or_equal_to",
            f"{AT}compute: cpu: must be greater than or equal to 20m (got",
        ),
        (
            an_api("job", container(compute={"mem": "19Mi"})),
            "configreader.must_be_greater_than_or_equal_to",
            f"{AT}compute: mem: must be greater than or equal to 20Mi (got",
        ),
        (
            an_api("job", container(compute={"inf": -1})),
            "configreader.must_be_greater_than_or_equal_to",
            f"{AT}compute: inf: must be greater than or equal to 0 (got -1)",
        ),
        (
            an_api("job", container(compute={"mem": True})),
            "configreader.invalid_primitive_type",
            f"{AT}compute: mem: true: invalid type (expected string)",
        ),
        (
            an_api("job", container(compute={"disk": "1Gi"})),
            "configreader.unsupported_key",
            f'{AT}compute: key "disk" is not supported',
        ),
        (
            an_api("job", container(env={"KUBEXIT_NAME": "1"})),
            "spec.cortex_prefixed_env_var_not_allowed",
            f"{AT}env: KUBEXIT_NAME: environment variables starting with CORTEX_ or KUBEXIT_",
        ),
        (
            an_api("job", container(env={"A": 1})),
            "configreader.invalid_primitive_type",
            f'{AT}env: {{"A": 1}}: invalid type (expected map of strings to strings)',
        ),
        (
            an_api("job", container(name="c" * 64)),
            "configreader.too_long",
            f'{AT}name: "{"c" * 64}" must be no more than 63 characters',
        ),
        (
            an_api("job", container(name="dequeuer")),
            "configreader.disallowed_value",
            f'{AT}name: "dequeuer" is not allowed',
        ),
        (
            an_api("job", container(name="1st")),
            "urls.dns1035",
            f'{AT}name: "1st" must contain only lower case letters',
        ),
        (
            an_api("job", {"name": "main", "command": ["true"]}),
            "configreader.must_be_defined",
            f"{AT}image: must be defined",
        ),
        (
            an_api("job", container(image="")),
            "configreader.cannot_be_empty",
            f"{AT}image: cannot be empty",
        ),
        (
            an_api("job", container(command=None)),
            "spec.field_must_be_specified_for_kind",
            f"{AT}command: command must be specified for TaskAPI kind",
        ),
        (
            an_api("job", container(args="x")),
            "configreader.invalid_primitive_type",
            f'{AT}args: "x": invalid type (expected list of strings)',
        ),
        (
            {"name": "job", "kind": "TaskAPI"},
            "configreader.must_be_defined",
            "cortex.yaml: job (TaskAPI): pod: containers: must be defined",
        ),
        (
            an_api(update_strategy={}),
            "configreader.unsupported_key",
            'cortex.yaml: job (TaskAPI): key "update_strategy" is not supported',
        ),
        (
            an_api(apis=[]),
            "configreader.unsupported_key",
            'cortex.yaml: job (TaskAPI): key "apis" is not supported',
        ),
        (
            an_api(definition={"path": "main.py"}),
            "configreader.unsupported_key",
            'cortex.yaml: job (TaskAPI): key "definition" is not supported',
        ),
        (
            an_api(node_groups=["a b"]),
            "configreader.alpha_numeric_dash_underscore",
            'cortex.yaml: job (TaskAPI): node_groups: index 0: "a b" must contain only letters',
        ),
        (
            an_api(networking={"endpoint": "a//b"}),
            "urls.endpoint_double_slash",
            'cortex.yaml: job (TaskAPI): networking: endpoint: "a//b" cannot contain adjacent',
        ),
        (
            {**an_api(), "kind": "RealtimeAPI"},
            "configreader.invalid_str",
            'cortex.yaml: job (RealtimeAPI): kind: invalid value (got "RealtimeAPI", must be'
            ' "TaskAPI" or "BatchAPI")',
        ),
        (
            probed(http_get=PORT, tcp_socket={**PORT}),
            "spec.specify_exactly_one_field",
            f"{AT}liveness_probe: please specify only one of the following fields:"
            ' "http_get", "tcp_socket", or "exec"',
        ),
        (
            probed(exec={}),
            "configreader.must_be_defined",
            f"{AT}liveness_probe: exec: command: must be defined",
        ),
        (
            probed(tcp_socket={"port": 8888}),
            "configreader.disallowed_value",
            f"{AT}liveness_probe: tcp_socket: port: 8888 is not allowed",
        ),
        (
            probed(http_get={"port": 70000}),
            "configreader.must_be_less_than_or_equal_to",
            f"{AT}liveness_probe: http_get: port: must be less than or equal to 65535 (got 70000)",
        ),
        (
            probed(tcp_socket=PORT, period_seconds="often"),
            "configreader.invalid_primitive_type",
            f'{AT}liveness_probe: period_seconds: "often": invalid type (expected integer)',
        ),
    ],
)
def test_each_rule_is_told_by_its_kind_and_place(
    cortex: Cortex, api: dict[str, Any], kind: str, message: str
) -> None:
    found, text = fault(cortex.deploy_text(yaml.safe_dump([api])))

    assert (found, text[: len(message)]) == (kind, message)
    assert cortex.call("GET", "/get").json == []


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("67108864", 64 << 20),
        ("65536Ki", 64 << 20),
        ("64Mi", 64 << 20),
        ("1Gi", 1 << 30),
        ("0.0625Gi", 64 << 20),
        ("64000K", 64_000_000),
        ("64M", 64_000_000),
        ("1G", 1_000_000_000),
        ("0.001Ti", (1 << 40) // 1000 + 1),
        ("0.001T", 1_000_000_000),
    ],
)
def test_every_unit_of_memory_becomes_a_limit(
    cortex: Cortex, db: Database, text: str, size: int
) -> None:
    (deployed,) = cortex.deploy(an_api("job", container(compute={"mem": text})))
    cortex.submit()

    (attempt,) = rows(db, "attempt", cortex.fleet.dispatch())

    assert messages.decode(attempt["message"]).container.limits.memory == size
    assert deployed["api"]["spec"]["pod"]["containers"][0]["compute"]["mem"] == text


@pytest.mark.parametrize(
    ("given", "shown", "cores"), [(0.5, "0.5", 0.5), (2, "2", 2.0), ("20m", "20m", 0.02)]
)
def test_cpus_are_numbers_or_text_and_shown_as_text(
    cortex: Cortex, db: Database, given: Any, shown: str, cores: float
) -> None:
    (deployed,) = cortex.deploy(an_api("job", container(compute={"cpu": given})))
    cortex.submit()

    (attempt,) = rows(db, "attempt", cortex.fleet.dispatch())

    assert deployed["api"]["spec"]["pod"]["containers"][0]["compute"]["cpu"] == shown
    assert messages.decode(attempt["message"]).container.requests.cpus == cores


@pytest.mark.parametrize(
    ("probe", "liveness"),
    [
        ({"http_get": PORT}, Liveness(port=9000, path="/")),
        (
            {"tcp_socket": PORT, "initial_delay_seconds": 5, "failure_threshold": 1},
            Liveness(port=9000, delay=5, failures=1),
        ),
        (
            {"exec": {"command": ["true"]}, "period_seconds": 2, "timeout_seconds": 3},
            Liveness(command=("true",), period=2, timeout=3),
        ),
        (
            {"tcp_socket": PORT, "period_seconds": 0, "timeout_seconds": 0, "failure_threshold": 0},
            Liveness(port=9000),
        ),
    ],
)
def test_liveness_probes_reach_the_node(
    cortex: Cortex, db: Database, probe: dict[str, Any], liveness: Liveness
) -> None:
    beside = container(name="beside", liveness_probe=deepcopy(probe))
    cortex.deploy(an_api("job", container(liveness_probe=probe), beside))
    cortex.submit()

    (attempt,) = rows(db, "attempt", cortex.fleet.dispatch())

    order = messages.decode(attempt["message"])
    assert order.container.liveness == liveness
    assert order.sidecars[0].container.liveness == liveness


def test_a_probe_is_shown_with_its_defaults(cortex: Cortex) -> None:
    (deployed,) = cortex.deploy(probed(tcp_socket=PORT))

    assert deployed["api"]["spec"]["pod"]["containers"][0]["liveness_probe"] == {
        "http_get": None,
        "tcp_socket": PORT,
        "exec": None,
        "initial_delay_seconds": 0,
        "timeout_seconds": 1,
        "period_seconds": 10,
        "success_threshold": 1,
        "failure_threshold": 3,
    }
