"""Which node an attempt goes to that asks for cores or memory."""

from typing import Any

import pytest

from windlass.coordinator.engine.placement import Request, Room, choose, impact, misfit, place
from windlass.shared.spec import Limits

GIGABYTE = 1 << 30


def room(name: str, cpus: float, gigabytes: int, **fields: Any) -> Room:
    return Room(name, ("default",), cpus, gigabytes * GIGABYTE, **{"slots": 10, **fields})


THREE = [room("first", 70, 20), room("second", 4, 80), room("third", 10, 30)]
ASKED = Request(2, 5 * GIGABYTE)


def test_the_least_impact_wins() -> None:
    assert [impact(each, ASKED) for each in THREE] == pytest.approx([0.25, 0.5, 0.2])

    chosen = choose(ASKED, "default", THREE)

    assert chosen == THREE[2]


def test_a_node_without_room_slot_or_the_queue_is_not_chosen() -> None:
    assert choose(Request(11, 0), "default", THREE[1:]) is None
    assert choose(ASKED, "default", [room("full", 70, 20, slots=0)]) is None
    assert choose(ASKED, "gpu", THREE) is None


def test_what_is_placed_takes_its_room() -> None:
    rows = [{"id": n, "queue": "default", "cpus": 1.0, "memory": None} for n in range(4)]

    placed = place(rows, [room("a", 2, 1), room("b", 1, 1)])

    assert placed == {0: "a", 1: "a", 2: "b"}


def test_what_asks_for_nothing_goes_anywhere() -> None:
    assert place([{"id": 1, "queue": "q", "cpus": None, "memory": None}], []) == {1: None}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Limits(cpus=70), ""),
        (Limits(cpus=71), "asks for 71 cores, which no node has; first has 70 cores and 20.0 GiB"),
        (Limits(cpus=5, memory=79 * GIGABYTE), "asks for 5 cores and 79.0 GiB, which no node has"),
    ],
)
def test_what_no_node_will_ever_run_is_told_so(asked: Limits, said: str) -> None:
    assert misfit(asked, "default", THREE).startswith(said)
    assert bool(misfit(asked, "default", THREE)) == bool(said)


def test_of_a_queue_that_nobody_serves_nothing_can_be_told() -> None:
    assert misfit(Limits(cpus=1000), "elsewhere", THREE) == ""
