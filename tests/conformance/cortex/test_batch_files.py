"""Batch jobs made of files: below directories that are open to it, and in the operator's store."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.cortex.client import Cortex, an_api, fault
from tests.conformance.cortex.conftest import opened
from tests.support import s3
from tests.support.rows import rows
from windlass.coordinator.dialects.cortex.settings import S3, Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.shared import messages

AT = "/batch/job"
NOT_OPEN = "cannot be read: it is below no directory that WINDLASS_CORTEX_FILES names"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """With files in it, links out of it, and something beside it that is nobody's to read."""
    root, beside = tmp_path / "open", tmp_path / "open-not"
    for directory in (root / "a" / "deep", beside):
        directory.mkdir(parents=True)
    (root / "a" / "1.json").write_text('{"n": 1.0}\n{"n": 2}\n')
    (root / "a" / "2.json").write_text('"three" [4]')
    (root / "a" / "deep" / "3.txt").write_text("no JSON")
    (beside / "secret.json").write_text('"secret"')
    (root / "out").symlink_to(beside)
    (root / "a" / "out.json").symlink_to(beside / "secret.json")
    return root


STORE = s3.Store(
    {"bucket": {"a/": b"", "a/1.json": b"1 2", "a/2.json": b"3", "a/b ü.txt": b"", "c": b"9"}}
)


@pytest.fixture
def store() -> Iterator[str]:
    with s3.serving(STORE) as address:
        yield address


def for_batches(engine: Engine, db: Database, settings: Settings) -> Cortex:
    cortex = opened(engine, db, settings)
    cortex.deploy({**an_api("job"), "kind": "BatchAPI"})
    return cortex


@pytest.fixture
def local(engine: Engine, db: Database, root: Path) -> Cortex:
    return for_batches(engine, db, Settings(files=(root,)))


@pytest.fixture
def stored(engine: Engine, db: Database, store: str) -> Cortex:
    return for_batches(engine, db, Settings(s3=S3(endpoint=store, access_key="me", secret_key="s")))


def listing(kind: str, *paths: str | Path, **more: Any) -> dict[str, Any]:
    asked = {"s3_paths": [str(path) for path in paths], "batch_size": 2, **more}
    return {"workers": 9, kind: asked}


def listed(cortex: Cortex, *paths: str | Path, **more: Any) -> list[str]:
    """By a dry run."""
    asked = listing("file_path_lister", *paths, **more)
    answer = cortex.call("POST", f"{AT}?dryRun=true", json=asked)
    assert answer.status_code == 200, answer.text
    *files, last = answer.text.split("\n")
    assert last == "validations passed"
    return [str(file) for file in files]


def refused(cortex: Cortex, body: Any) -> tuple[str, str]:
    """By a dry run as well."""
    kind, message = fault(cortex.call("POST", AT, json=body))
    tried = cortex.call("POST", f"{AT}?dryRun=1", json=body)
    assert tried.status_code == 400
    assert tried.mimetype == "text/plain"
    return kind, message


def refused_at_submit(cortex: Cortex, body: Any) -> tuple[str, str]:
    return fault(cortex.call("POST", AT, json=body))


def batches(cortex: Cortex, db: Database, body: Any) -> list[Any]:
    """The bodies that workers are sent."""
    answer = cortex.call("POST", AT, json=body)
    assert answer.status_code == 200, answer.text
    orders = [
        messages.decode(row["message"]) for row in rows(db, "attempt", cortex.fleet.dispatch())
    ]
    found = [order.errand.body for order in orders if order.errand]
    assert answer.json["total_batch_count"] == len(found)
    return [json.loads(body) for body in found]


def test_paths_of_files_are_sent_in_batches(local: Cortex, db: Database, root: Path) -> None:
    found = batches(local, db, listing("file_path_lister", root))

    assert found == [
        [f"{root}/a/1.json", f"{root}/a/2.json"],
        [f"{root}/a/deep/3.txt"],
    ]


def test_what_is_in_files_is_sent_in_batches_across_them(
    local: Cortex, db: Database, root: Path
) -> None:
    body = listing("delimited_files", root / "a" / "1.json", root / "a" / "2.json", batch_size=3)

    assert batches(local, db, body) == [[{"n": 1.0}, {"n": 2}, "three"], [[4]]]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ({}, ["a/1.json", "a/2.json", "a/deep/3.txt"]),
        ({"includes": ["**.json"]}, ["a/1.json", "a/2.json"]),
        ({"includes": ["**/*.{txt,csv}", "**1*"]}, ["a/1.json", "a/deep/3.txt"]),
        ({"excludes": ["**/[12].json"]}, ["a/deep/3.txt"]),
        ({"includes": ["**/[!1].*"], "excludes": ["**.txt"]}, ["a/2.json"]),
        ({"includes": ["**/a/*"]}, ["a/1.json", "a/2.json"]),
        ({"includes": ["**/?.json"]}, ["a/1.json", "a/2.json"]),
    ],
)
def test_patterns_decide_which_files_are_meant(
    local: Cortex, root: Path, patterns: dict[str, Any], expected: list[str]
) -> None:
    assert listed(local, root, **patterns) == [f"{root}/{path}" for path in expected]


def test_a_path_may_be_written_as_an_address_of_a_file(local: Cortex, root: Path) -> None:
    assert listed(local, f"file://{root}/a/1.json") == [f"{root}/a/1.json"]


@pytest.mark.parametrize("way", ["..", "../open-not", "a/../../open-not/secret.json"])
def test_no_path_leads_out_of_what_is_open(local: Cortex, root: Path, way: str) -> None:
    path = f"{root}/{way}"

    kind, message = refused(local, listing("delimited_files", path))

    assert (kind, message) == ("error", f'delimited_files: "{path}" {NOT_OPEN}')


@pytest.mark.parametrize("way", ["out", "out/secret.json", "a/out.json", "no/such"])
def test_no_link_is_followed(local: Cortex, root: Path, way: str) -> None:
    assert refused(local, listing("delimited_files", f"{root}/{way}"))[0] == (
        "batchapi.no_s3_files_found"
    )


@pytest.mark.parametrize("path", ["/", "/etc/passwd", "file:///etc", "/proc/self/environ"])
def test_nothing_of_the_disk_is_open_unless_it_is_said(cortex: Cortex, path: str) -> None:
    cortex.deploy({**an_api("job"), "kind": "BatchAPI"})

    kind, message = refused(cortex, listing("file_path_lister", path))

    assert (kind, message) == ("error", f'file_path_lister: "{path}" {NOT_OPEN}')


def test_a_root_that_is_not_there_holds_nothing(
    engine: Engine, db: Database, tmp_path: Path
) -> None:
    cortex = for_batches(engine, db, Settings(files=(tmp_path / "gone",)))

    assert refused(cortex, listing("file_path_lister", tmp_path / "gone"))[0] == (
        "batchapi.no_s3_files_found"
    )


def test_a_file_that_holds_no_json_is_named(local: Cortex, root: Path) -> None:
    (root / "a" / "2.json").write_text('{"n": 1} {"n": NaN}')

    kind, message = refused_at_submit(local, listing("delimited_files", root / "a" / "2.json"))

    assert kind == "error"
    assert message == f"{root}/a/2.json: item 1: invalid value NaN"


def test_an_item_that_is_too_large_is_refused(local: Cortex, root: Path) -> None:
    (root / "a" / "2.json").write_text(json.dumps("x" * 256_000))

    kind, _ = refused_at_submit(local, listing("delimited_files", root / "a" / "2.json"))

    assert kind == "batchapi.item_size_exceeds_limit"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"s3_paths": []}, "configreader.too_few_elements"),
        ({"s3_paths": ["bucket/key"]}, "aws.invalid_s3_path"),
        ({"s3_paths": ["http://127.0.0.1/x"]}, "aws.invalid_s3_path"),
        ({"s3_paths": ["s3://a..b/x"]}, "aws.invalid_s3_path"),
        ({"s3_paths": ["s3://127.0.0.1:80/x"]}, "aws.invalid_s3_path"),
        ({"s3_paths": ["s3://bucket/x"]}, "aws.read_credentials"),
        ({"includes": ["[a"]}, "error"),
        ({"includes": ["{a"]}, "error"),
        ({"excludes": ["a}"]}, "error"),
        ({"excludes": ["*" * 1_001]}, "error"),
        ({"includes": ["\\"]}, "error"),
    ],
)
def test_what_no_file_is_meant_by_is_refused(
    local: Cortex, root: Path, asked: dict[str, Any], kind: str
) -> None:
    assert refused(local, listing("file_path_lister", root, **asked))[0] == kind


def test_files_are_listed_in_the_operators_store(stored: Cortex) -> None:
    assert listed(stored, "s3://bucket/a", "s3://bucket/c", includes=["s3://bucket/**"]) == [
        "s3://bucket/a/1.json",
        "s3://bucket/a/2.json",
        "s3://bucket/a/b ü.txt",
        "s3://bucket/c",
    ]
    assert "Credential=me/" in STORE.keys[-1]


def test_what_is_in_files_of_the_store_is_sent(stored: Cortex, db: Database) -> None:
    body = listing("delimited_files", "s3://bucket/a/", includes=["**.json"])

    assert batches(stored, db, body) == [[1, 2], [3]]


def test_a_bucket_that_is_not_there_is_told(stored: Cortex) -> None:
    kind, message = refused(stored, listing("file_path_lister", "s3://nothing/x"))

    assert kind == "aws.bucket_inaccessible"
    assert message == (
        'file_path_lister: bucket "nothing" not found or insufficient permissions (NoSuchBucket)'
    )


def test_a_store_cannot_send_us_elsewhere(engine: Engine, db: Database, store: str) -> None:
    asked_before = len(STORE.keys)
    with s3.serving(s3.Store({}, elsewhere=f"{store}/bucket?list-type=2")) as address:
        cortex = for_batches(engine, db, Settings(s3=S3(endpoint=address)))
        kind, _ = refused(cortex, listing("file_path_lister", "s3://bucket/a"))

    assert kind == "aws.bucket_inaccessible"
    assert len(STORE.keys) == asked_before


def test_a_store_that_cannot_be_reached_is_told(engine: Engine, db: Database) -> None:
    cortex = for_batches(engine, db, Settings(s3=S3(endpoint="http://127.0.0.1:1")))

    kind, _ = refused(cortex, listing("file_path_lister", "s3://bucket/a"))

    assert kind == "aws.bucket_inaccessible"
