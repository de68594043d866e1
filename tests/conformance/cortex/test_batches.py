"""Batch jobs: what is submitted, what the workers are sent, and how it is told."""

import json
from typing import Any

import msgspec
import pytest

from tests.conformance.cortex.batches import AT, items
from tests.conformance.cortex.client import OLD, Cortex, an_api, container, fault
from tests.support.fakes import FakeSignals
from tests.support.rows import rows
from windlass.coordinator.engine import deadlines
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Ready
from windlass.shared.states import Reason

GOOD, BAD = '{"status":200,"seconds":0.5}', '{"status":500,"seconds":9}'


@pytest.fixture(autouse=True)
def deployed(cortex: Cortex) -> None:
    cortex.deploy({**an_api("job", container(compute={"mem": "64Mi"})), "kind": "BatchAPI"})


class Job:
    """A batch job, as a caller sees it, and the orders of its tasks."""

    def __init__(self, cortex: Cortex, db: Database, body: Any) -> None:
        self.cortex, self.db = cortex, db
        answer = cortex.call("POST", AT, json=body)
        assert answer.status_code == 200, answer.text
        self.submitted = answer.json
        self.id = self.submitted["job_id"]

    def shown(self) -> Any:
        return self.cortex.call("GET", f"{AT}?jobID={self.id}").json

    def status(self) -> str:
        return str(self.shown()["job_status"]["status"])

    def dispatched(self) -> list[RunAttempt]:
        found = rows(self.db, "attempt", self.cortex.fleet.dispatch())
        return [messages.decode(row["message"]) for row in found]

    def answered(self, output: str = GOOD, **fields: Any) -> list[RunAttempt]:
        """Everything that is dispatched now."""
        orders = self.dispatched()
        self.cortex.fleet.start(*(each.attempt_id for each in orders))
        for each in orders:
            self.cortex.fleet.finish(each.attempt_id, output=output, **fields)
        return orders


def sent(order: RunAttempt) -> tuple[str, Any]:
    assert order.errand is not None
    return order.errand.path, json.loads(order.errand.body)


def test_a_submitted_job_is_answered_with_what_was_asked(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1, 2, 3, size=2, config={"a": 1}, timeout=60)).submitted

    assert (job["api_name"], job["kind"], job["workers"]) == ("job", "BatchAPI", 1)
    assert (job["config"], job["timeout"], job["total_batch_count"]) == ({"a": 1}, 60, 2)
    assert job["sqs_dead_letter_queue"] is None
    assert not {"spec_id", "pod_id", "item_list"} & set(job)


def test_workers_are_sent_batch_after_batch_and_then_told_that_it_is_over(
    cortex: Cortex, db: Database
) -> None:
    job = Job(cortex, db, items("a", 1.50, {"b": [None]}, size=2))

    first = job.answered()
    running = job.shown()["job_status"]
    second, last = job.answered(), job.answered()

    assert [sent(order) for order in (*first, *second)] == [
        ("/", ["a", 1.5]),
        ("/", [{"b": [None]}]),
    ]
    assert [sent(order) for order in last] == [("/on-job-complete", {"message": "job_complete"})]
    assert (running["status"], running["batches_in_queue"]) == ("running", 1)
    for order in (*first, *second, *last):
        assert order.errand is not None
        assert (order.errand.port, order.errand.tolerant) == (8080, True)
        assert order.errand.headers["X-Cortex-Job-ID"] == job.id
        assert order.container.env["CORTEX_PORT"] == "8080"
        told = msgspec.json.decode(order.container.placed["spec/job.json"])
        assert told["job_id"] == job.id
    assert job.status() == "succeeded"


def test_a_batch_waits_for_what_readiness_probes_ask(cortex: Cortex, db: Database) -> None:
    main = container(readiness_probe={"http_get": {"port": 8080, "path": "/health"}})
    beside = container(name="beside", readiness_probe={"tcp_socket": {"port": 9000}})
    cortex.deploy({**an_api("job", main, beside), "kind": "BatchAPI"})

    (order,) = Job(cortex, db, items(1)).dispatched()

    assert order.errand is not None
    assert order.errand.ready == (Ready(port=8080, path="/health"), Ready(port=9000))


def test_numbers_and_text_reach_the_workers_as_they_were_written(
    cortex: Cortex, db: Database
) -> None:
    body = (
        b'{"workers": 1, "item_list": {"batch_size": 9, "items": [1.10, 1e400, "\\u0000\xc3\xa9"]}}'
    )
    cortex.call("POST", AT, data=body)

    (row,) = rows(db, "attempt", cortex.fleet.dispatch())

    errand = messages.decode(row["message"]).errand
    assert errand is not None
    assert errand.body == '[1.10,1e400,"\\u0000é"]'


def test_as_many_batches_are_sent_at_once_as_there_are_workers(
    cortex: Cortex, db: Database
) -> None:
    job = Job(cortex, db, items(1, 2, 3, 4, 5, workers=2))

    assert job.shown()["job_status"]["worker_counts"] == {"pending": 2}
    orders = job.dispatched()
    cortex.fleet.start(orders[0].attempt_id)
    assert job.shown()["job_status"]["worker_counts"] == {"pending": 1, "ready": 1}
    cortex.fleet.finish(orders[0].attempt_id, output=GOOD)

    assert len(orders) == 2
    assert [sent(order) for order in job.dispatched()] == [("/", [3])]


def test_a_batch_that_was_refused_is_counted_and_the_job_goes_on(
    cortex: Cortex, db: Database
) -> None:
    job = Job(cortex, db, items(1, 2, 3))

    job.answered(BAD)
    job.answered()
    job.answered('{"status":0,"seconds":1}')
    job.answered('{"status":404,"seconds":1}')

    shown = job.shown()
    assert shown["job_status"]["status"] == "completed_with_failures"
    assert shown["job_status"]["batches_in_queue"] == 0
    assert shown["metrics"] == {"succeeded": 1, "failed": 2, "average_time_per_batch": 0.5}
    assert "end_time" in shown["job_status"]


def test_what_the_last_call_is_answered_changes_nothing(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1))

    job.answered()
    assert job.status() == "running"
    job.answered(BAD)

    assert job.status() == "succeeded"


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        ({"reason": Reason.EXIT_CODE, "exit_code": 1}, "worker_error"),
        ({"reason": Reason.OOM, "exit_code": 137}, "worker_oom"),
        ({"reason": Reason.IMAGE, "error": "no such image"}, "unexpected_error"),
    ],
)
def test_a_worker_that_ends_ends_the_job(
    cortex: Cortex, db: Database, ended: dict[str, Any], status: str
) -> None:
    job = Job(cortex, db, items(1, 2, 3))

    job.answered(**ended)
    cortex.fleet.run()

    assert job.status() == status
    assert job.shown()["metrics"]["succeeded"] == 0
    assert job.dispatched() == []


def test_a_lost_worker_repeats_one_batch_and_not_the_job(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1, 2))
    job.answered()
    (second,) = job.dispatched()
    cortex.fleet.start(second.attempt_id)

    cortex.fleet.lose(second.attempt_id)

    assert job.status() == "running"
    with db.transaction() as tx:
        tx.run("UPDATE attempt SET run_after = now()")
    assert [sent(order) for order in job.answered()] == [("/", [2])]
    job.answered()
    assert job.shown()["metrics"]["succeeded"] == 2


def test_a_stopped_job_sends_nothing_more(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1, 2))
    job.answered()

    stopped = cortex.call("DELETE", f"{AT}/{job.id}")
    again = cortex.call("DELETE", f"{AT}?jobID={job.id}")

    assert stopped.json == {"message": f"stopped job {job.id}"}
    assert fault(again)[0] == "job.job_is_not_in_progress"
    assert job.status() == "stopped"
    assert job.shown()["job_status"]["batches_in_queue"] == 0
    assert job.shown()["metrics"]["succeeded"] == 1


def test_time_counts_from_submission(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1, timeout=1))
    with db.transaction() as tx:
        tx.run("UPDATE job SET deadline = now() - interval '1 second'")

    deadlines.enforce(db, FakeSignals())

    assert job.status() == "timed_out"


def test_stopping_an_unknown_job_is_another_error_than_asking_for_one(cortex: Cortex) -> None:
    assert fault(cortex.call("DELETE", f"{AT}?jobID=x"))[0] == "error"
    assert fault(cortex.call("GET", f"{AT}?jobID=x"))[0] == "job.not_found"


def test_old_clients_find_the_metrics_within_the_status(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1, 2))
    job.answered()
    cortex.version = OLD

    shown = job.shown()

    assert "metrics" not in shown
    assert shown["job_status"]["status"] == "status_running"
    assert "predictor_id" in shown["job_status"]
    assert shown["job_status"]["batch_metrics"] == {
        "succeeded": 1,
        "failed": 0,
        "average_time_per_batch": 0.5,
        "total_completed": 1,
    }


def test_an_api_shows_its_batch_jobs(cortex: Cortex, db: Database) -> None:
    job = Job(cortex, db, items(1))

    (api,) = cortex.call("GET", "/get/job").json

    assert api["metadata"]["kind"] == "BatchAPI"
    assert [each["job_id"] for each in api["batch_job_statuses"]] == [job.id]


def test_jobs_are_submitted_shown_and_stopped_at_the_apis_own_endpoint(cortex: Cortex) -> None:
    id = cortex.call("POST", "/job", json=items(1)).json["job_id"]

    assert cortex.call("GET", f"/job/{id}").json["job_status"]["job_id"] == id
    assert cortex.call("DELETE", f"/job?jobID={id}").json == {"message": f"stopped job {id}"}
    assert fault(cortex.call("POST", "/tasks/job", json={}))[0] == (
        "resources.operation_is_only_supported_for_kind"
    )
