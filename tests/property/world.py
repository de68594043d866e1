"""What the machine believes of its jobs and attempts, asked in different ways."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import strategies as st

from tests.property.model import Known, ModelJob
from tests.support.fleet import NODE, Fleet
from tests.support.rows import tasks_of
from windlass.coordinator.store.db import Database, Row
from windlass.shared.ids import JobId
from windlass.shared.lease import Standing
from windlass.shared.states import ATTEMPT


class World:
    db: Database
    fleet: Fleet
    models: dict[JobId, ModelJob]
    attempts: dict[UUID, Known]

    def _claim(self, known: Known) -> None:
        known.claimed = True
        self.fleet.signals.known[known.id] = Standing("spent", NODE)

    def _in(self, *states: str) -> list[Known]:
        return [known for known in self.attempts.values() if known.state in states]

    def _late(self) -> list[Known]:
        return [known for known in self.attempts.values() if not known.open]

    def _jobs(self, *states: str) -> list[JobId]:
        return [id for id, model in self.models.items() if model.state() in states]

    def _some(self, data: st.DataObject, known: Sequence[Known]) -> list[Known]:
        places = data.draw(st.sets(st.integers(0, len(known) - 1), min_size=1))
        return [known[place] for place in sorted(places)]

    def _one_open_attempt_for_each_active_task(
        self, id: JobId, by_task: dict[UUID, list[Row]]
    ) -> None:
        for task in tasks_of(self.db, id):
            open_ones = [row for row in by_task[task["id"]] if not ATTEMPT.is_final(row["state"])]
            assert len(open_ones) == (task["state"] == "active")
