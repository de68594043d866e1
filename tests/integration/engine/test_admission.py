"""Never more than fits; what fits nowhere stays in nobody's way."""

from uuid import UUID

import pytest

from tests.support.builders import a_task, submitted
from tests.support.fakes import FakePublisher
from tests.support.fleet import Fleet, a_beat
from tests.support.rows import attempts_of, row, task_of
from windlass.coordinator.engine import browse, fleet
from windlass.coordinator.engine.dispatch import Republisher
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId, TaskId
from windlass.shared.spec import JobSpec, Limits

pytestmark = pytest.mark.postgres

GIGABYTE = 1 << 30


def beats(db: Database, name: str = "node-1", cpus: float = 4) -> None:
    fleet.report(db, Fleet(db).signals, [a_beat(name, cpus=cpus, memory=8 * GIGABYTE)])


def asking(db: Database, *cpus: float) -> JobId:
    tasks = [a_task(f"t{n}", requests=Limits(cpus=each)) for n, each in enumerate(cpus)]
    return submitted(db, *tasks)


def placed(db: Database, *ids: UUID) -> list[object]:
    return [row(db, "attempt", id)["placed"] for id in ids]


def test_only_what_fits_goes_out(db: Database) -> None:
    beats(db)
    asking(db, 3, 3, 1)
    world = Fleet(db)

    first = world.dispatch()
    assert sorted(row(db, "attempt", id)["cpus"] for id in first) == [1, 3]
    assert placed(db, *first) == ["node-1", "node-1"]
    assert world.dispatch() == []

    world.finish(*first, exit_code=0)
    assert len(world.dispatch()) == 1


def test_what_asks_for_nothing_passes_what_does_not_fit(db: Database) -> None:
    beats(db)
    asking(db, 64)
    submitted(db, a_task("small"))

    (id,) = Fleet(db).dispatch()

    assert placed(db, id) == [None]


def test_of_two_nodes_the_one_with_the_least_impact_is_chosen(db: Database) -> None:
    beats(db, "small", cpus=4)
    beats(db, "large", cpus=40)
    asking(db, 2)

    (id,) = Fleet(db).dispatch()

    assert placed(db, id) == ["large"]


def test_a_task_that_fits_no_node_says_so(db: Database) -> None:
    beats(db)
    id = asking(db, 64)
    Fleet(db).dispatch()

    task = browse.task(db, TaskId(task_of(db, id, "t0")["id"]))

    assert task.message == "asks for 64 cores, which no node has; node-1 has 4 cores and 8.0 GiB"


def test_a_larger_node_takes_what_waited_for_it(db: Database) -> None:
    beats(db)
    asking(db, 64)
    assert Fleet(db).dispatch() == []

    beats(db, "huge", cpus=128)

    (id,) = Fleet(db).dispatch()
    assert placed(db, id) == ["huge"]


def test_misfits_are_known_before_anything_is_stored(db: Database) -> None:
    task = a_task("t", requests=Limits(memory=9 * GIGABYTE))
    spec = JobSpec(name="j", tasks=(task,))
    assert fleet.misfits(db, spec) == []  # no node is known: who could tell?

    beats(db)

    (problem,) = fleet.misfits(db, spec)
    assert problem.path == ("tasks", 0)
    assert "asks for 9.0 GiB" in problem.message


def test_what_waits_for_a_node_that_is_drained_goes_to_any(db: Database) -> None:
    beats(db)
    id = asking(db, 1)
    (attempt,) = Fleet(db).dispatch()
    world, publisher = Fleet(db), FakePublisher()
    publisher.depths = {"@node-1": 1}
    Republisher(db, publisher, world.signals).step()
    assert publisher.sent == []

    fleet.drain(db, world.signals, "node-1", True)
    Republisher(db, publisher, world.signals).step()

    assert publisher.sent == [attempt]
    assert placed(db, attempt) == [None]
    assert len(attempts_of(db, id)) == 1
