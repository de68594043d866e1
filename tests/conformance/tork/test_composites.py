"""``parallel`` and ``each``, as a client of Tork sees them."""

from typing import Any

import pytest

from tests.support.fleet import Fleet
from tests.support.http import Client
from tests.support.tork import posted
from windlass.coordinator.engine.subjobs import follow

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def a_child(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "alpine", "run": "true", **fields}


def shown(client: Client, job: Any) -> Any:
    return client.get(f"/jobs/{job['id']}").json


def rows(job: Any) -> list[tuple[str, str, int, bool]]:
    return [
        (task["name"], task["state"], task["position"], "parentId" in task)
        for task in job["execution"]
    ]


def test_children_have_the_position_of_their_composite_and_its_id(
    client: Client, fleet: Fleet
) -> None:
    children = [a_child("a", var="said"), a_child("b")]
    job = posted(client, {"name": "both", "parallel": {"tasks": children}}, a_child("last"))
    fleet.finish(*fleet.dispatch(), exit_code=0, output="hello")

    found = shown(client, job)
    assert rows(found)[:3] == [
        ("both", "COMPLETED", 1, False),
        ("a", "COMPLETED", 1, True),
        ("b", "COMPLETED", 1, True),
    ]
    composite = found["execution"][0]
    assert {task["parentId"] for task in found["execution"][1:3]} == {composite["id"]}
    assert composite["parallel"]["completions"] == 2
    assert found["context"]["tasks"] == {"said": "hello"}
    assert (found["position"], found["taskCount"], found["progress"]) == (2, 2, 50)


def test_each_shows_its_counters_and_what_an_item_came_to(client: Client, fleet: Fleet) -> None:
    child = a_child("item {{ item.index }}", env={"VALUE": "{{ item.value }}"})
    job = posted(client, {"name": "all", "each": {"list": "{{ ['x', 'y'] }}", "task": child}})
    first, _ = sorted(fleet.dispatch())
    fleet.finish(first, exit_code=0)

    found = shown(client, job)
    each = found["execution"][0]["each"]
    assert (each["size"], each["completions"], each["index"]) == (2, 1, 2)
    assert each["task"] == child
    items = found["execution"][1:]
    assert sorted(task["name"] for task in items) == ["item 0", "item 1"]
    assert sorted(task["env"]["VALUE"] for task in items) == ["x", "y"]
    one = client.get(f"/tasks/{items[0]['id']}").json
    assert one == items[0]


def test_an_each_over_nothing_completes(client: Client, fleet: Fleet) -> None:
    each = {"list": "{{ [] }}", "task": a_child("t")}
    job = posted(client, {"name": "none", "each": each}, output="done")
    fleet.run()

    found = shown(client, job)
    assert (found["state"], found["result"]) == ("COMPLETED", "done")


def test_what_is_no_list_fails_in_torks_words(client: Client) -> None:
    job = posted(client, {"name": "no", "each": {"list": "{{ 'x' }}", "task": a_child("t")}})

    found = shown(client, job)
    assert found["state"] == "FAILED"
    assert found["execution"][0]["error"] == "each.list does not evaluate to a list"


def test_a_failing_child_fails_the_job_and_stops_its_siblings(client: Client, fleet: Fleet) -> None:
    children = [a_child("bad"), a_child("other")]
    job = posted(client, {"name": "both", "parallel": {"tasks": children}}, a_child("last"))
    bad, _ = sorted(fleet.dispatch())
    fleet.fail(bad)

    found = shown(client, job)
    assert found["state"] == "FAILED"
    assert [task["state"] for task in found["execution"][:2]] == ["FAILED", "FAILED"]
    assert "last" not in [task["name"] for task in found["execution"]]


def test_composites_posted_again_are_accepted(client: Client) -> None:
    each = {"list": "{{ [1] }}", "var": "n", "task": a_child("t"), "concurrency": 1}
    job = posted(client, {"name": "e", "each": each})

    again = posted(client, *shown(client, job)["tasks"])

    assert shown(client, again)["tasks"] == shown(client, job)["tasks"]


def test_a_sub_job_is_a_job_of_its_own_whose_result_becomes_its_tasks(
    client: Client, fleet: Fleet
) -> None:
    subjob = {"name": "inner", "tasks": [a_child("t")], "output": "{{ job.name }} is done"}
    job = posted(client, {"name": "s", "subjob": subjob, "var": "said"}, output="{{ tasks.said }}")
    fleet.run()
    follow(fleet.db, fleet.signals)

    (task,) = shown(client, job)["execution"]
    inner = client.get(f"/jobs/{task['subjob']['id']}").json
    assert (inner["name"], inner["state"], inner["parentId"]) == ("inner", "COMPLETED", task["id"])
    assert inner["tasks"] == [a_child("t")]
    assert shown(client, job)["result"] == "inner is done"
    assert {each["name"] for each in client.get("/jobs").json["items"]} == {"inner", job["name"]}
