"""What clients rely on, request by request."""

import io
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet
from tests.support.http import Client, an_app
from windlass.coordinator.engine import cancel, deadlines
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.web.settings import DoorSettings
from windlass.shared import spec
from windlass.shared.states import Reason

JOBS = "/api/jobs/"


def tasks(db: Database) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all("SELECT queue, spec FROM task ORDER BY id")


def submit(client: Client, entrypoint: str = "true", **fields: Any) -> str:
    response = client.post(JOBS, json={"entrypoint": entrypoint, **fields})
    assert response.status_code == 200, response.text
    return str(response.json["submission_id"])


def an_archive(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return packed.getvalue()


def test_the_handshake_has_these_keys_and_no_others(client: Client) -> None:
    answer = client.get("/api/version").json

    assert set(answer) == {"version", "ray_version", "ray_commit", "session_name"}
    assert (answer["version"], answer["ray_version"]) == ("4", "2.60.0")


def test_submit_answers_with_two_keys_and_an_id_of_rays_kind(client: Client) -> None:
    answer = client.post("/api/jobs", json={"entrypoint": "true"}).json

    assert set(answer) == {"job_id", "submission_id"}
    assert answer["job_id"] == answer["submission_id"]
    assert answer["job_id"].startswith("raysubmit_")


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, "__init__() missing 1 required positional argument: 'entrypoint'"),
        ({"entrypoint": "x", "foo": 1}, "__init__() got an unexpected keyword argument 'foo'"),
        ({"entrypoint": ["x"]}, "entrypoint must be a string, got <class 'list'>"),
        ({"entrypoint": "x", "metadata": {"a": 1}}, "metadata values must be strings"),
        ({"entrypoint": "x", "metadata": {"a": None}}, "metadata values must be strings"),
        ({"entrypoint": "x", "entrypoint_num_cpus": -1}, "entrypoint_num_cpus"),
        ({"entrypoint": "x", "submission_id": "a/b"}, "cannot be part of an address"),
        ({"entrypoint": "x", "submission_id": ".."}, "cannot be part of an address"),
        ({"entrypoint": "x\0"}, "NUL"),
        ({"entrypoint": "x", "runtime_env": {"pip": 3}}, "runtime_env.pip"),
        ({"entrypoint": "x", "runtime_env": {"pip": ["a"], "uv": ["a"]}}, "do not go together"),
        ({"entrypoint": "x", "runtime_env": {"env_vars": {"A": 1}}}, "must be a string"),
        ({"entrypoint": "x", "runtime_env": {"working_dir": "file:///etc"}}, "cannot be fetched"),
        ({"entrypoint": "x", "runtime_env": {"working_dir": "gcs://_ray_a.zip"}}, "never uploaded"),
        ({"entrypoint": "x", "runtime_env": {"image_uri": "a", "pip": ["b"]}}, "go together"),
    ],
)
def test_what_can_never_run_is_refused_in_one_line(
    client: Client, document: dict[str, Any], text: str
) -> None:
    response = client.post(JOBS, json=document)

    assert response.status_code == 400
    assert text in response.text
    assert "\n" not in response.text
    assert client.get(JOBS).json == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"entrypoint": ' + b"[" * 5000])
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes) -> None:
    assert client.post(JOBS, data=body).status_code == 400


def test_an_id_is_taken_once(client: Client) -> None:
    submit(client, submission_id="mine")

    again = client.post(JOBS, json={"entrypoint": "true", "submission_id": "mine"})

    assert again.status_code == 409
    assert "already exists. Please use a different submission_id." in again.text


def test_details_have_rays_keys_with_null_for_what_is_not_known(client: Client) -> None:
    id = submit(client, runtime_env={"env_vars": {"A": "b"}}, metadata={"who": "me"})

    shown = client.get(f"/api/jobs/{id}").json

    assert shown["status"] == "PENDING"
    assert shown["message"].startswith("Job has not started yet.")
    assert shown["runtime_env"] == {"env_vars": {"A": "b"}}
    assert shown["metadata"] == {"who": "me"}
    assert isinstance(shown["start_time"], int)
    for key in ("job_id", "driver_info", "end_time", "error_type", "driver_exit_code"):
        assert shown[key] is None


@pytest.mark.parametrize(
    ("ended", "shown"),
    [
        ((Reason.EXIT_CODE, 143), ("JOB_ENTRYPOINT_COMMAND_ERROR", -15)),
        ((Reason.EXIT_CODE, 127), ("JOB_ENTRYPOINT_COMMAND_ERROR", 127)),
        ((Reason.SETUP, 1), ("RUNTIME_ENV_SETUP_FAILURE", None)),
    ],
)
def test_a_failure_has_rays_words(
    client: Client, fleet: Fleet, ended: tuple[Reason, int], shown: tuple[str, int | None]
) -> None:
    id = submit(client)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    fleet.fail(attempt, reason=ended[0], code=ended[1])

    job = client.get(f"/api/jobs/{id}").json

    assert job["status"] == "FAILED"
    assert (job["error_type"], job["driver_exit_code"]) == shown


def test_stop_and_delete_keep_to_their_keys(client: Client) -> None:
    id = submit(client)

    early = client.delete(f"/api/jobs/{id}")
    stopped = client.post(f"/api/jobs/{id}/stop")
    twice = client.post(f"/api/jobs/{id}/stop")
    deleted = client.delete(f"/api/jobs/{id}")

    assert early.status_code == 409
    assert "it is in a non-terminal state PENDING" in early.text
    assert stopped.json == {"stopped": True}
    assert twice.json == {"stopped": False}
    assert deleted.json == {"deleted": True}


@pytest.mark.parametrize("path", ["", "/logs", "/logs/tail"])
def test_a_job_nobody_knows_does_not_exist(client: Client, path: str) -> None:
    response = client.get(f"/api/jobs/nobody{path}")

    assert response.status_code == 404
    assert response.text == "Job nobody does not exist"


def test_the_tail_wants_a_websocket(client: Client) -> None:
    assert client.get(f"/api/jobs/{submit(client)}/logs/tail").status_code == 400


def test_a_package_is_found_once_it_is_there_and_given_to_the_job(
    client: Client, db: Database
) -> None:
    at, content = "/api/packages/gcs/_ray_pkg_1.zip", an_archive(a="b")

    assert client.get(at).status_code == 404
    assert client.put(at, data=content).status_code == 200
    assert client.get(at).status_code == 200

    submit(client, runtime_env={"working_dir": "gcs://_ray_pkg_1.zip"})
    (task,) = tasks(db)
    (parcel,) = spec.decode_task(task["spec"]).container.parcels
    assert parcel.digest == sha256(content).hexdigest()


def test_an_upload_that_is_too_large_is_told_the_limit(engine: Engine) -> None:
    client = an_app(engine, largest_package=10).test_client()

    told = client.put("/api/packages/gcs/a.zip", data=b"x" * 11)

    assert told.status_code == 413
    assert "Maximum request body size 10 exceeded" in told.text
    assert client.put("/api/packages/gcs/a.zip", data=b"x" * 10).status_code == 200


@pytest.mark.parametrize("at", ["pypi/a.zip", "gcs/..", "gcs/.hidden"])
def test_odd_names_of_packages_are_refused(client: Client, at: str) -> None:
    assert client.put(f"/api/packages/{at}", data=b"x").status_code in {400, 404, 405}


def test_one_tenants_upload_never_answers_anothers_question(app: Flask, engine: Engine) -> None:
    _, mine = engine.create_token("mine", "submit")
    _, yours = engine.create_token("yours", "submit")
    client, at = an_app(engine, open=False).test_client(), "/api/packages/gcs/a.zip"

    client.put(at, data=b"x", headers={"Authorization": f"Bearer {mine}"})

    assert client.get(at, headers={"Authorization": f"Bearer {yours}"}).status_code == 404
    assert client.get(at, headers={"X-Ray-Authorization": f"Bearer {mine}"}).status_code == 200
    assert client.get(at).status_code == 401


def test_web_pages_may_change_nothing(client: Client) -> None:
    refused = client.put("/api/packages/gcs/a.zip", headers={"User-Agent": "Mozilla/5.0"})

    assert refused.status_code == 405
    assert refused.text == "'PUT' method not allowed for browser traffic."


def test_two_hundred_jobs_are_listed_newest_first(client: Client) -> None:
    ids = [submit(client, submission_id=f"job-{number}") for number in range(201)]

    assert [job["submission_id"] for job in client.get(JOBS).json] == ids[::-1]


def test_labels_and_own_resources_choose_the_queue(client: Client, db: Database) -> None:
    submit(client, entrypoint_label_selector={"queue": "gpu"})
    submit(client, entrypoint_resources={"tpu": 1})

    assert sorted(task["queue"] for task in tasks(db)) == ["gpu", "tpu"]


def test_a_prefix_before_the_addresses_is_configuration(engine: Engine) -> None:
    client = an_app(engine, doors={"ray": DoorSettings(prefix="/t/acme")}).test_client()

    assert client.get("/t/acme/api/version").status_code == 200
    assert client.get("/t/acme/api/jobs/nobody").text == "Job nobody does not exist"
    assert client.get("/api/version").status_code == 404


def pass_time(db: Database) -> None:
    """As if everything had happened half a minute ago, and a bit."""
    with db.transaction() as tx:
        tx.run(
            "UPDATE job SET created_at = created_at - interval '31 s',"
            " deadline = deadline - interval '31 s'"
        )


def settle_late(db: Database) -> None:
    deadlines.enforce(db, FakeSignals())
    cancel.carry_out(db, FakeSignals(), 20)


def test_a_job_that_does_not_start_in_time_fails_as_ray_says(engine: Engine, db: Database) -> None:
    client: Client = an_app(engine, ray_start_timeout=30.0).test_client()
    id = submit(client, entrypoint_num_cpus=2)
    pass_time(db)

    settle_late(db)

    shown = client.get(f"{JOBS}{id}").json
    assert (shown["status"], shown["error_type"]) == (
        "FAILED",
        "JOB_SUPERVISOR_ACTOR_START_TIMEOUT",
    )
    assert "Job supervisor actor failed to start within 30 seconds." in shown["message"]
    assert "RAY_JOB_START_TIMEOUT_SECONDS" in shown["message"]
    assert "aren't available on the cluster" in shown["message"]


def test_a_job_that_has_started_in_time_may_run_on(engine: Engine, db: Database) -> None:
    client: Client = an_app(engine, ray_start_timeout=30.0).test_client()
    fleet = Fleet(db)
    id = submit(client)
    fleet.start(*fleet.dispatch())
    pass_time(db)

    settle_late(db)

    assert client.get(f"{JOBS}{id}").json["status"] == "RUNNING"
