"""What a batch job may not ask for, and in which words that is told."""

from typing import Any

import pytest

from tests.conformance.cortex.batches import AT, items, of_items
from tests.conformance.cortex.client import ITEMS, Cortex, an_api, container, fault

HINT = "\n\njob submission schema can be found at https://docs.cortexlabs.com/v/0.42/"
FILES = {"s3_paths": ["s3://bucket/key"], "batch_size": 1}
LEAST = "must be greater than or equal to 1 (got 0)"
TOO_LOW = "configreader.must_be_greater_than_or_equal_to"
KEYS = "item_list, file_path_lister, or delimited_files"
OF_TYPE = "json: cannot unmarshal"
FIELD = "into Go struct field BatchJobSubmission"


@pytest.fixture(autouse=True)
def deployed(cortex: Cortex) -> None:
    cortex.deploy({**an_api("job", container(compute={"mem": "64Mi"})), "kind": "BatchAPI"})


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ({}, "job.specify_exactly_one_key", f"specify exactly one of the following keys: {KEYS}"),
        (
            {"item_list": None, "workers": 1},
            "job.specify_exactly_one_key",
            f"specify exactly one of the following keys: {KEYS}",
        ),
        (
            {"workers": 1, "item_list": ITEMS, "delimited_files": FILES},
            "job.conflicting_fields",
            "please specify either the item_list or delimited_files field (but not more than one at"
            " the same time)",
        ),
        (
            {"workers": 1, "item_list": {"batch_size": 1}},
            "configreader.too_few_elements",
            "items: must contain at least 1 elements",
        ),
        (
            {"workers": 1, "item_list": {"items": [1]}},
            TOO_LOW,
            f"item_list: batch_size: {LEAST}",
        ),
        ({"item_list": ITEMS}, TOO_LOW, f"workers: {LEAST}"),
        ({"workers": 1, "item_list": ITEMS, "timeout": 0}, TOO_LOW, f"timeout: {LEAST}"),
        (
            {"workers": 1, "item_list": ITEMS, "sqs_dead_letter_queue": {"max_receive_count": 1}},
            "configreader.cannot_be_empty",
            "sqs_dead_letter_queue: arn: cannot be empty",
        ),
        (
            {"workers": 1, "item_list": {"items": ["x" * 256_000], "batch_size": 1}},
            "batchapi.item_size_exceeds_limit",
            "item 0 has size 256002 bytes which exceeds the limit (256000 bytes)",
        ),
        ({"item_list": []}, "error", f"{OF_TYPE} array {FIELD}.item_list of type schema.ItemList"),
        (
            {"item_list": {"items": {}}},
            "error",
            f"{OF_TYPE} object {FIELD}.item_list.items of type []json.RawMessage",
        ),
        (
            {"item_list": {"items": [1], "batch_size": "1"}},
            "error",
            f"{OF_TYPE} string {FIELD}.item_list.batch_size of type int",
        ),
        (
            {"delimited_files": {"s3_paths": "s3://a"}},
            "error",
            f"{OF_TYPE} string {FIELD}.delimited_files.s3_paths of type []string",
        ),
        (
            {"delimited_files": {"s3_paths": [1]}},
            "error",
            f"{OF_TYPE} number 1 {FIELD}.delimited_files.s3_paths of type string",
        ),
        ({"workers": 1.5}, "error", f"{OF_TYPE} number 1.5 {FIELD}.workers of type int"),
    ],
)
def test_a_request_that_asks_for_nothing_possible_is_refused(
    cortex: Cortex, body: Any, kind: str, message: str
) -> None:
    assert fault(cortex.call("POST", AT, json=body)) == (kind, message + HINT)
    assert cortex.call("GET", "/get/job").json[0]["batch_job_statuses"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"item_list": {"items": [01]}}',
        b'{"item_list": {"items": [' + b"[" * 5000,
        b'{"item_list": {"items": [' + b"[" * 5000 + b"]" * 5000 + b"]}}",
        b'{"item_list": {"items": [1], "batch_size": 99999999999999999999}}',
        b'{"workers": 999999999, "item_list": {"items": [1], "batch_size": 1}}',
        of_items(b'"\\ud800"'),
        of_items(b",".join([b"1" * 999] * 999), size=1000),
        of_items(b",".join([b"1"] * 100_001)),
        b" " * ((10 << 20) + 1),
    ],
)
def test_what_cannot_be_had_is_refused(cortex: Cortex, body: bytes) -> None:
    fault(cortex.call("POST", AT, data=body))

    assert cortex.call("GET", "/get/job").json[0]["batch_job_statuses"] == []


def test_a_batch_of_any_bytes_is_taken_as_text(cortex: Cortex) -> None:
    body = b'{"workers": 1, "ITEM_LIST": {"items": ["\xff"], "Batch_Size": 1}, "more": 1}'

    assert cortex.call("POST", AT, data=body).status_code == 200


def test_a_dry_run_submits_nothing(cortex: Cortex) -> None:
    tried = cortex.call("POST", f"{AT}?dryRun=true", json=items(1))
    wrong = cortex.call("POST", f"{AT}?dryRun=true", json={})

    assert (tried.status_code, tried.text) == (200, "validations passed")
    assert tried.mimetype == wrong.mimetype == "text/plain"
    assert wrong.status_code == 400
    assert wrong.text == f"\nspecify exactly one of the following keys: {KEYS}{HINT}\n"
    assert cortex.call("GET", "/get/job").json[0]["batch_job_statuses"] == []
