"""Random jobs, driven by random reports in any order: the database must agree with the model."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.property.model import Known, ModelJob
from tests.property.strategies import specs
from tests.property.world import World
from tests.support.builders import a_submission
from tests.support.fleet import Fleet, finished, started
from tests.support.rows import attempts_of, job_of, tasks_of
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.cancel import cancel, carry_out
from windlass.coordinator.engine.errors import Conflict
from windlass.coordinator.engine.kill import kill
from windlass.coordinator.engine.pause import pause, resume
from windlass.coordinator.engine.restart import rerun, restart
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database, Row
from windlass.shared.events import AttemptEvent, AttemptFinished
from windlass.shared.ids import JobId, TaskId
from windlass.shared.spec import JobSpec
from windlass.shared.states import JOB, TASK, Reason

MOST_JOBS = 3
REASONS = {"completed": None, "failed": Reason.EXIT_CODE, "cancelled": Reason.CANCELLED}


class Machine(World, RuleBasedStateMachine):
    db: Database

    def __init__(self) -> None:
        super().__init__()
        self.fleet = Fleet(self.db)
        self.models: dict[JobId, ModelJob] = {}
        self.attempts: dict[UUID, Known] = {}

    @initialize(spec=specs())
    def begin(self, spec: JobSpec) -> None:
        self.submit(spec)

    @precondition(lambda self: len(self.models) < MOST_JOBS)
    @rule(spec=specs())
    def submit(self, spec: JobSpec) -> None:
        id = submit(self.db, self.fleet.signals, a_submission(spec)).job_id
        self.models[id] = ModelJob(spec)
        self._learn(id)

    @precondition(lambda self: self._in("pending"))
    @rule()
    def dispatch(self) -> None:
        for id in self.fleet.dispatch():
            if id in self.attempts:
                self.attempts[id].state = "scheduled"

    @precondition(lambda self: self._in("scheduled"))
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        """A worker takes it, and dies or reports later."""
        for known in self._some(data, self._in("scheduled")):
            self._claim(known)

    @precondition(lambda self: self._in("scheduled"))
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        chosen = self._some(data, self._in("scheduled", "running"))
        for known in chosen:
            self._claim(known)
            known.state = "running"
            self.models[known.job].begun = True
        self.fleet.start(*(known.id for known in chosen))

    @precondition(lambda self: self._in("scheduled", "running"))
    @rule(data=st.data(), outcome=st.sampled_from(sorted(REASONS)))
    def finish(self, data: st.DataObject, outcome: str) -> None:
        chosen = self._some(data, self._in("scheduled", "running"))
        for known in chosen:
            self._claim(known)
        events: list[AttemptEvent] = [self._end(known.id, outcome) for known in chosen]
        if data.draw(st.booleans()):
            events = [*(started(known.id) for known in chosen), *events]
        apply(self.db, self.fleet.signals, events)
        self._end_all(chosen, outcome)

    @precondition(lambda self: self._late())
    @rule(data=st.data(), outcome=st.sampled_from(sorted(REASONS)))
    def report_late(self, data: st.DataObject, outcome: str) -> None:
        """What has ended does not change any more."""
        chosen = self._some(data, self._late())
        events: list[AttemptEvent] = [started(known.id) for known in chosen]
        events += [self._end(known.id, outcome) for known in chosen]
        apply(self.db, self.fleet.signals, events)

    @precondition(lambda self: self._in("scheduled", "running"))
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self._lose(self._some(data, self._in("scheduled", "running")))

    @precondition(lambda self: self._in("pending", "scheduled", "running"))
    @rule()
    def lose_everything_three_times(self) -> None:
        for _ in range(3):
            self.dispatch()
            self._lose(self._in("scheduled", "running"))

    @precondition(lambda self: self._jobs("pending", "running"))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self._jobs("pending", "running")))
        cancel(self.db, self.fleet.signals, id)
        self.models[id].want("cancelled")
        self._stop(id)

    @precondition(lambda self: self._jobs("pending", "running"))
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self._jobs("pending", "running")))
        position = data.draw(st.integers(0, len(self.models[id].tasks) - 1))
        kill(self.db, self.fleet.signals, TaskId(tasks_of(self.db, id)[position]["id"]))
        self._kill(id, position)

    @precondition(lambda self: self._jobs("pending", "running"))
    @rule(data=st.data(), turn=st.sampled_from([pause, resume]))
    def pause_or_resume(self, data: st.DataObject, turn: Callable[..., None]) -> None:
        id = data.draw(st.sampled_from(self._jobs("pending", "running")))
        turn(self.db, self.fleet.signals, id)

    @rule()
    def carry_out(self) -> None:
        assert carry_out(self.db, self.fleet.signals, 10) == 0

    @precondition(lambda self: self._jobs("failed", "cancelled"))
    @rule(data=st.data())
    def restart(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self._jobs("failed", "cancelled")))
        assert restart(self.db, self.fleet.signals, id) == self.models[id].epoch + 1
        self.models[id].restart()
        self._learn(id)

    @precondition(lambda self: self._jobs("failed", "cancelled", "completed"))
    @rule(data=st.data())
    def rerun(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self._jobs("failed", "cancelled", "completed")))
        self._rerun(id, data.draw(st.integers(0, len(self.models[id].tasks) - 1)))

    @invariant()
    def tasks_stand_as_they_should(self) -> None:
        for id, model in self.models.items():
            assert [_shown(task) for task in tasks_of(self.db, id)] == [
                task.state for task in model.tasks
            ]

    @invariant()
    def jobs_stand_as_they_should(self) -> None:
        for id, model in self.models.items():
            job = job_of(self.db, id)
            ended = sum(task.state not in {"waiting", "active"} for task in model.tasks)
            failed = sum(task.failed for task in model.tasks)
            assert (job["ended"], job["failed"], job["epoch"]) == (ended, failed, model.epoch)
            assert job["state"] == model.state()
            assert (job["ended_at"] is not None) == JOB.is_final(job["state"])

    @invariant()
    def attempts_stand_as_they_should(self) -> None:
        for id in self.models:
            rows = attempts_of(self.db, id)
            assert {row["id"]: row["state"] for row in rows} == {
                known.id: known.state for known in self.attempts.values() if known.job == id
            }
            by_task = defaultdict(list)
            for row in rows:
                by_task[row["task_id"]].append(row)
            assert all(
                [r["number"] for r in r_] == [*range(1, len(r_) + 1)] for r_ in by_task.values()
            )
            self._one_open_attempt_for_each_active_task(id, by_task)

    def teardown(self) -> None:
        """Every history leads, without a gap, to the state its row is in."""
        for id in self.models:
            with self.db.transaction() as tx:
                moves = tx.all(
                    "SELECT * FROM history WHERE job_id = %(id)s AND entity <> 'pause' ORDER BY id",
                    id=id,
                )
            last = {row["id"]: first for row, first in self._entities(id)}
            for row in moves:
                assert row["was"] in {None, last[row["entity_id"]]}
                last[row["entity_id"]] = row["became"]
            assert last == {row["id"]: row["state"] for row, _ in self._entities(id)}

    def _entities(self, id: JobId) -> list[tuple[Row, str]]:
        """Each with the state in which it came to be."""
        return [
            (job_of(self.db, id), "pending"),
            *((task, "waiting") for task in tasks_of(self.db, id)),
            *((attempt, "pending") for attempt in attempts_of(self.db, id)),
        ]

    def _end_all(self, ended: Sequence[Known], outcome: str) -> None:
        """In one batch, by report or by loss."""
        for known in ended:
            known.state = outcome
        for id in {known.job for known in ended}:
            model = self.models[id]
            tasks = [model.tasks[known.position] for known in ended if known.job == id]
            for task in tasks:
                if outcome == "lost":
                    model.lose(task)
                else:
                    model.report(task, outcome)
            model.follow(tasks)
            self._learn(id)
            self._stop(id)

    def _rerun(self, id: JobId, position: int) -> None:
        model = self.models[id]
        possible = model.rerun(model.tasks[position])
        task = TaskId(tasks_of(self.db, id)[position]["id"])
        try:
            rerun(self.db, self.fleet.signals, task)
        except Conflict:
            assert not possible
        else:
            assert possible
        self._learn(id)

    def _kill(self, id: JobId, position: int) -> None:
        model = self.models[id]
        task = model.tasks[position]
        if model.wanted or task.state not in {"waiting", "active"}:
            return
        open_ones = [k for k in self.attempts.values() if (k.job, k.position) == (id, position)]
        known = next((one for one in open_ones if one.open), None)
        if known is not None and known.claimed:
            task.doomed = True
            return
        if known is not None:
            known.state = "cancelled"
        task.kill()
        model.follow([task])
        self._learn(id)
        self._stop(id)

    def _stop(self, id: JobId) -> None:
        """What is cancelled when an early end is wanted: attempts nobody has claimed."""
        model = self.models[id]
        if not model.wanted:
            return
        for known in self.attempts.values():
            if known.job == id and known.open and not known.claimed:
                known.state = "cancelled"
                model.tasks[known.position].state = "cancelled"

    def _learn(self, id: JobId) -> None:
        """Attempts the engine has made."""
        for row in attempts_of(self.db, id):
            if row["id"] not in self.attempts:
                self.attempts[row["id"]] = Known(row["id"], id, int(row["key"]))

    def _lose(self, chosen: Sequence[Known]) -> None:
        self.fleet.lose(*(known.id for known in chosen))
        self._end_all(chosen, "lost")

    def _end(self, id: UUID, outcome: str) -> AttemptFinished:
        return finished(id, reason=REASONS[outcome], exit_code=int(outcome == "failed"))


def _shown(task: Row) -> str:
    assert (task["ended_at"] is not None) == TASK.is_final(task["state"])
    return f"skipped:{task['reason']}" if task["state"] == "skipped" else str(task["state"])


def test_the_database_agrees_with_the_model_whatever_happens(db: Database) -> None:
    machine = type("Machine", (Machine,), {"db": db})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink would take minutes
        ),
    )
