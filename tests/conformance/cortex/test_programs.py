"""APIs of the time when they were Python programs: deployed with files, and what runs them."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from tests.conformance.cortex.client import OLD, Cortex, fault
from tests.support.rows import rows
from windlass.coordinator.dialects.cortex import launcher
from windlass.coordinator.engine import blobs
from windlass.coordinator.store.db import Database
from windlass.shared import messages

PROGRAM = b"class Task:\n    def __call__(self, config):\n        print(config)\n"
FILES = {"main.py": PROGRAM, ".cortex-1.yaml": b"", "requirements.txt": b""}


@pytest.fixture(autouse=True)
def old(cortex: Cortex) -> None:
    cortex.version = OLD


def a_program(**fields: Any) -> dict[str, Any]:
    return {"name": "job", "kind": "TaskAPI", "definition": {"path": "main.py", **fields}}


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def deploy(cortex: Cortex, api: Any, project: bytes | None) -> Any:
    parts = {"config": (io.BytesIO(yaml.safe_dump([api]).encode()), "config")}
    if project is not None:
        parts["project.zip"] = (io.BytesIO(project), "project.zip")
    at = "/deploy?configFileName=cortex.yaml"
    return cortex.call("POST", at, data=parts, content_type="multipart/form-data")


def test_a_program_is_deployed_with_its_files(cortex: Cortex) -> None:
    first = deploy(cortex, a_program(), zipped(FILES)).json[0]
    again = deploy(cortex, a_program(), zipped({**FILES, ".cortex-2.yaml": b"x"})).json[0]
    other = deploy(cortex, a_program(), zipped({**FILES, "b.py": b""})).json[0]

    assert first["message"] == "created job (TaskAPI)"
    assert first["api"]["spec"]["definition"]["path"] == "main.py"
    assert again["message"] == "job is up to date"
    assert other["message"] == "updated job (TaskAPI)"


def test_a_job_of_a_program_finds_its_files_and_both_configurations(
    cortex: Cortex, db: Database
) -> None:
    own = {"a": {"b": 1, "c": [1]}, "d": 1}
    deploy(cortex, a_program(config=own, image="python:3.9", log_level="debug"), zipped(FILES))
    job = cortex.submit({"config": {"a": {"c": [2]}, "e": None}})

    (row,) = rows(db, "attempt", cortex.fleet.dispatch())

    container = messages.decode(row["message"]).container
    told = msgspec.json.decode(container.placed["spec/job.json"])
    assert told["config"] == job["config"] == {"a": {"c": [2]}, "e": None}
    assert told["merged_config"] == {"a": {"b": 1, "c": [2]}, "d": 1, "e": None}
    assert container.image == "python:3.9"
    assert container.cmd == ("main.py", ".")
    assert container.env["CORTEX_LOG_LEVEL"] == "DEBUG"
    assert container.placed["launcher.py"] == Path(launcher.__file__).read_text()
    (parcel,) = container.parcels
    assert parcel.target == "/mnt/project"
    assert b"".join(blobs.pieces(db, parcel.digest or "", 0, 9)) == zipped(FILES)


def test_the_files_of_a_deployed_program_are_kept_for_as_long_as_it_is(
    cortex: Cortex, db: Database
) -> None:
    deploy(cortex, a_program(), zipped(FILES))
    with db.transaction() as tx:
        tx.run("UPDATE package SET used_at = now() - interval '1 year'")
        tx.run("UPDATE blob SET used_at = now() - interval '1 year'")

    blobs.forget(db)

    assert _stored(db) == 1
    assert cortex.call("DELETE", "/delete/job").status_code == 200
    blobs.forget(db)
    assert _stored(db) == 0


@pytest.mark.parametrize(
    ("project", "kind", "message"),
    [
        (
            None,
            "endpoints.form_file_must_be_provided",
            'request form file "project.zip" must be provided',
        ),
        (b"no archive", "error", "project.zip is no zip archive"),
        (zipped(FILES)[:-30], "error", "project.zip is no zip archive"),
        (
            zipped(FILES)[:-10] + b"\xff\xff\xff\xff" + zipped(FILES)[-6:],
            "error",
            "project.zip holds too many files",
        ),
        (
            zipped({"other.py": b""}),
            "files.file_does_not_exist",
            'cortex.yaml: job (TaskAPI): definition: path: "main.py": file does not exist',
        ),
    ],
)
def test_a_program_without_its_files_is_refused(
    cortex: Cortex, project: bytes | None, kind: str, message: str
) -> None:
    assert fault(deploy(cortex, a_program(), project)) == (kind, message)
    assert cortex.call("GET", "/get").json == []


def test_a_patch_changes_an_api_and_leaves_its_files(cortex: Cortex, db: Database) -> None:
    deploy(cortex, a_program(), zipped(FILES))

    (changed,) = patched(cortex, a_program(config={"a": 1})).json
    (same,) = patched(cortex, a_program(config={"a": 1})).json
    cortex.submit()

    assert changed["message"] == "updated job (TaskAPI)"
    assert same["message"] == "job is up to date"
    (row,) = rows(db, "attempt", cortex.fleet.dispatch())
    assert messages.decode(row["message"]).container.parcels


def test_what_is_not_deployed_cannot_be_patched(cortex: Cortex) -> None:
    (result,) = patched(cortex, a_program()).json

    assert result == {"api": None, "message": "", "error": "error: job is not deployed"}
    assert fault(cortex.call("POST", "/patch?configFileName=a.yaml", data=b""))[0] == (
        "spec.malformed_config"
    )
    assert fault(cortex.call("POST", "/patch", data=b"[]"))[0] == "endpoints.query_param_required"


def patched(cortex: Cortex, api: Any) -> Any:
    """It is YAML, whatever the client says."""
    at, body = "/patch?configFileName=cortex.yaml", yaml.safe_dump([api])
    return cortex.call("POST", at, data=body, content_type="application/json")


def test_a_newer_client_deploys_no_programs(cortex: Cortex) -> None:
    cortex.version = "0.42.1"

    assert fault(deploy(cortex, a_program(), zipped(FILES)))[0] == "configreader.must_be_defined"


def launched(root: Path, files: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """By the launcher, in a directory that looks as it does to a container."""
    project, cortex = root / "mnt" / "project", root / "cortex"
    for directory in (project, cortex / "spec"):
        directory.mkdir(parents=True)
    for name, content in files.items():
        (project / name).write_text(content)
    (cortex / "spec" / "job.json").write_text(json.dumps({"merged_config": {"a": 1}}))
    (cortex / "launcher.py").write_bytes(Path(launcher.__file__).read_bytes())
    command = [sys.executable, str(cortex / "launcher.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_launcher_calls_a_task_with_the_configuration(tmp_path: Path) -> None:
    files = {
        "main.py": "from beside import said\nimport os\nclass Task:\n"
        "    def __call__(self, config):\n        print(said, config, os.path.exists('main.py'))\n",
        "beside.py": "said = 'hello'",
        "dependencies.sh": "echo first",
    }

    done = launched(tmp_path, files, "main.py", ".")

    assert (done.returncode, done.stdout) == (0, "first\nhello {'a': 1} True\n"), done.stderr


@pytest.mark.parametrize(
    ("program", "said"),
    [("x = 1", "no class Task"), ("class Task:\n    def __call__(self, c): 1 / 0", "ZeroDivision")],
)
def test_the_launcher_fails_where_the_program_does(tmp_path: Path, program: str, said: str) -> None:
    done = launched(tmp_path, {"main.py": program}, "main.py", ".")

    assert done.returncode == 1
    assert said in done.stderr


def _stored(db: Database) -> int:
    with db.transaction() as tx:
        return len(tx.all("SELECT digest FROM blob"))
