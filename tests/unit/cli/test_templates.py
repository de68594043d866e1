"""Templates from the command line."""

import json
from pathlib import Path

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass

TEMPLATE = {
    "name": "nightly",
    "door": "native",
    "version": 2,
    "owner": "me",
    "created_at": "2026-01-01T00:00:00Z",
}


def test_a_file_is_saved_under_a_name(windlass: Windlass, api: StubApi, tmp_path: Path) -> None:
    api.on("PUT /templates/nightly", Answer(TEMPLATE, 201))
    file = tmp_path / "job.yaml"
    file.write_text("name: a\n")

    result = windlass("template", "save", "nightly", str(file))

    assert result.stdout == "nightly: version 2\n"
    assert api.asked[0].body == b"name: a\n"


def test_a_job_is_made_of_it_with_inputs(windlass: Windlass, api: StubApi) -> None:
    api.on("POST /templates/nightly/jobs", Answer({"id": "1"}, 201))

    result = windlass("template", "submit", "nightly", "-i", "day=1", "--version", "2")

    assert result.stdout == "1\n"
    assert json.loads(api.asked[0].body) == {"inputs": {"day": "1"}, "version": 2}
    assert "Idempotency-Key" in api.asked[0].headers
    assert api.asked[0].path.endswith("?door=native")


def test_templates_and_versions_are_listed(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /templates", Answer({"items": [TEMPLATE], "next": None}))
    api.on("GET /templates/nightly/versions", Answer({"items": [TEMPLATE]}))

    listed = windlass("template", "ls", "-o", "json")
    versions = windlass("template", "versions", "nightly", "--door", "cortex")

    assert json.loads(listed.stdout) == [TEMPLATE]
    assert "nightly" in versions.stdout
    assert api.asked[1].path.endswith("?door=cortex")


def test_one_is_shown_whole_and_deleted(windlass: Windlass, api: StubApi) -> None:
    api.on("GET /templates/nightly/versions/1", Answer({**TEMPLATE, "job": {"name": "a"}}))
    api.on("DELETE /templates/nightly", Answer(b"", 204))

    shown = windlass("template", "get", "nightly", "--version", "1")
    deleted = windlass("template", "delete", "nightly", "--keep-jobs")

    assert json.loads(shown.stdout)["job"] == {"name": "a"}
    assert deleted.stdout == "nightly deleted\n"
    assert api.asked[1].path.endswith("keep_jobs=true")
