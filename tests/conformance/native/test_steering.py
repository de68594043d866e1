"""Cancel, restart, rerun and delete, as a caller sees them."""

from typing import Any

from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, sent


def two_tasks(client: Client) -> Any:
    return sent(client, a_document({"name": "a", "run": "x"}, {"name": "b", "run": "x"}))


def states(client: Client, job: Any) -> str:
    return str(client.get(f"{BASE}/jobs/{job['id']}/states").text)


def post(client: Client, job: Any, verb: str) -> Any:
    return client.post(f"{BASE}/jobs/{job['id']}/{verb}")


def test_a_job_that_waits_is_cancelled_at_once(client: Client) -> None:
    job = two_tasks(client)

    response = post(client, job, "cancel")

    assert response.status_code == 202
    assert response.json["state"] == "cancelled"
    assert states(client, job) == "xx"


def test_a_job_that_runs_is_asked_to_end(client: Client, fleet: Fleet) -> None:
    job = two_tasks(client)
    fleet.start(*fleet.dispatch())

    response = post(client, job, "cancel")

    assert response.json["cancelling"] is True
    assert response.json["state"] == "running"


def test_what_is_over_cannot_be_cancelled(client: Client, fleet: Fleet) -> None:
    job = two_tasks(client)
    fleet.run()

    response = post(client, job, "cancel")

    assert response.status_code == 409
    assert client.get(f"{BASE}/jobs/{job['id']}").json["state"] == "completed"


def test_a_restart_keeps_what_completed(client: Client, fleet: Fleet) -> None:
    job = two_tasks(client)
    fleet.run(failing=["b"])

    response = post(client, job, "restart")

    assert response.status_code == 202
    assert response.json["epoch"] == 2
    fleet.run()
    assert states(client, job) == "cc"


def test_what_completed_or_goes_on_cannot_be_restarted(client: Client, fleet: Fleet) -> None:
    job = two_tasks(client)
    assert post(client, job, "restart").status_code == 409

    fleet.run()

    assert post(client, job, "restart").status_code == 409


def test_a_task_and_what_follows_from_it_is_run_again(client: Client, fleet: Fleet) -> None:
    job = two_tasks(client)
    fleet.run()
    task = client.get(f"{BASE}/jobs/{job['id']}/tasks").json["items"][0]

    response = client.post(f"{BASE}/tasks/{task['id']}/rerun")

    assert response.status_code == 202
    assert response.json["epoch"] == 2
    fleet.run()
    assert client.get(f"{BASE}/tasks/{task['id']}").json["attempts"] == 2


def test_a_task_of_a_job_that_goes_on_is_not_run_again(client: Client) -> None:
    job = two_tasks(client)
    task = client.get(f"{BASE}/jobs/{job['id']}/tasks").json["items"][0]

    assert client.post(f"{BASE}/tasks/{task['id']}/rerun").status_code == 409


def test_what_is_over_is_deleted_whole(client: Client, fleet: Fleet) -> None:
    job = two_tasks(client)
    fleet.run()

    response = client.delete(f"{BASE}/jobs/{job['id']}")

    assert response.status_code == 204
    assert response.data == b""
    assert client.get(f"{BASE}/jobs/{job['id']}").status_code == 404


def test_what_goes_on_is_not_deleted(client: Client) -> None:
    job = two_tasks(client)

    assert client.delete(f"{BASE}/jobs/{job['id']}").status_code == 409
    assert client.get(f"{BASE}/jobs/{job['id']}").status_code == 200
