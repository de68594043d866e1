"""What a scrape finds of Cortex's jobs. Each test counts APIs of its own name."""

from tests.conformance.cortex.client import Cortex, an_api
from windlass.shared.states import Reason


def figure(cortex: Cortex, name: str, api: str) -> float:
    """0 where there is none."""
    sought = f'{name}{{api_name="{api}"}} '
    lines = cortex.client.get("/-/metrics").text.splitlines()
    return sum(float(line.removeprefix(sought)) for line in lines if line.startswith(sought))


def figures(cortex: Cortex, api: str) -> tuple[float, float, float]:
    return (
        figure(cortex, "cortex_task_succeeded", api),
        figure(cortex, "cortex_task_failed", api),
        figure(cortex, "cortex_time_per_task_count", api),
    )


def test_tasks_are_counted_as_they_end(cortex: Cortex) -> None:
    cortex.deploy(an_api("counted"))
    for ending in ({}, {}, {"reason": Reason.OOM, "exit_code": 137}, {"reason": Reason.TIMEOUT}):
        cortex.submit(name="counted")
        ids = cortex.fleet.dispatch()
        cortex.fleet.start(*ids)
        cortex.fleet.finish(*ids, **ending)
        cortex.fleet.finish(*ids, **ending)  # reports may be repeated

    assert figures(cortex, "counted") == (2, 2, 2)
    assert figure(cortex, "cortex_time_per_task_sum", "counted") > 0


def test_what_is_stopped_has_neither_succeeded_nor_failed(cortex: Cortex) -> None:
    cortex.deploy(an_api("stopped"))
    id = cortex.submit(name="stopped")["job_id"]

    cortex.call("DELETE", f"/tasks/stopped?jobID={id}")
    cortex.fleet.run()

    assert figures(cortex, "stopped") == (0, 0, 0)


def test_jobs_that_our_own_door_makes_of_an_api_are_none_of_cortexs(cortex: Cortex) -> None:
    cortex.deploy(an_api("shared"))
    made = cortex.client.post("/windlass/v1/templates/shared/jobs?door=cortex", json={})
    cortex.submit(name="shared")

    cortex.fleet.run()

    assert made.status_code == 201
    assert figures(cortex, "shared") == (1, 0, 1)


def test_batches_are_counted_and_the_last_call_is_not(cortex: Cortex) -> None:
    cortex.deploy({**an_api("batches"), "kind": "BatchAPI"})
    asked = {"workers": 1, "item_list": {"items": [1, 2, 3], "batch_size": 1}}
    assert cortex.call("POST", "/batches", json=asked).status_code == 200

    for status in (200, 500, 200, 200):
        (id,) = cortex.fleet.dispatch()
        cortex.fleet.finish(id, output=f'{{"status":{status},"seconds":0.25}}')

    assert figure(cortex, "cortex_batch_succeeded", "batches") == 2
    assert figure(cortex, "cortex_batch_failed", "batches") == 1
    assert figure(cortex, "cortex_time_per_batch_sum", "batches") == 0.5
    assert figures(cortex, "batches") == (0, 0, 0)
