"""What a job should do, in plain Python and without a database: the engine must agree with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.shared.ids import JobId
from windlass.shared.spec import JobSpec, TaskSpec

POISON_CAP = 5
OPEN = {"waiting", "active"}


@dataclass
class ModelTask:
    spec: TaskSpec
    state: str = "waiting"  # a skipped one has its reason behind a colon
    failures: int = 0
    losses: int = 0
    doomed: bool = False  # it shall be killed, and runs still
    killed: bool = False  # cancelled, while its job went on

    @property
    def satisfied(self) -> bool:
        allowed = self._lost and self.spec.allow_failure
        return allowed or self.state in {"completed", "skipped:condition"}

    @property
    def failed(self) -> bool:
        return self._lost and not self.spec.allow_failure

    @property
    def _lost(self) -> bool:
        return self.state == "failed" or self.killed

    def kill(self) -> None:
        self.state, self.killed = "cancelled", True

    def again(self) -> None:
        self.state, self.failures, self.losses = "waiting", 0, 0
        self.doomed = self.killed = False


@dataclass
class Known:
    """An attempt, as the machine believes it stands."""

    id: UUID
    job: JobId
    position: int
    state: str = "pending"
    claimed: bool = False

    @property
    def open(self) -> bool:
        return self.state in {"pending", "scheduled", "running"}


class ModelJob:
    def __init__(self, spec: JobSpec) -> None:
        self.spec = spec
        self.tasks = [ModelTask(task) for task in spec.tasks]
        self.wanted: str | None = None
        self.begun = False
        self.epoch = 1
        self.go_on()

    def go_on(self) -> None:
        """Whatever follows without anybody reporting anything."""
        for task in self.tasks:  # needs point backwards, so one pass is enough
            needs = [self.tasks[position] for position in task.spec.needs]
            if task.state != "waiting":
                continue
            if any(need.failed or need.state == "skipped:upstream" for need in needs):
                task.state = "skipped:upstream"
            elif self.wanted:
                task.state = "cancelled"
            elif all(need.satisfied for need in needs):
                task.state = "skipped:condition" if task.spec.condition == "false" else "active"

    def report(self, task: ModelTask, outcome: str) -> None:
        """The attempt of an active task ended. ``follow`` is called once for all of a batch."""
        self.begun = True
        if outcome == "completed":
            task.state = "completed"
        elif outcome == "cancelled":
            self._stopped(task, otherwise="failed")
        else:
            task.failures += 1
            if self.wanted or task.doomed or task.failures > task.spec.retry.limit:
                task.state = "failed"

    def lose(self, task: ModelTask) -> None:
        task.losses += 1
        if self.wanted or task.doomed:
            self._stopped(task, otherwise="")
        elif task.losses >= POISON_CAP:
            task.state = "failed"

    def _stopped(self, task: ModelTask, otherwise: str) -> None:
        """It was told to; or nobody had."""
        if self.wanted:
            task.state = "cancelled"
        elif task.doomed:
            task.kill()
        else:
            task.state = otherwise

    def follow(self, ended: Sequence[ModelTask]) -> None:
        if self.spec.fail_fast and any(task.failed for task in ended):
            self.wanted = self.wanted or "task_failed"
        self.go_on()

    def want(self, wanted: str) -> None:
        self.wanted = self.wanted or wanted
        self.go_on()

    def restart(self) -> None:
        for task in self.tasks:
            if not task.satisfied or task.killed:
                task.again()
        self._open()

    def rerun(self, chosen: ModelTask) -> bool:
        """False: it depends on something that failed."""
        again = self._downstream({i for i, t in enumerate(self.tasks) if self._goes_on(t, chosen)})
        failed = {i for i, t in enumerate(self.tasks) if t.failed and i not in again}
        again -= self._downstream(failed)
        if self.tasks.index(chosen) not in again:
            return False
        for position in again:
            self.tasks[position].again()
        self._open()
        return True

    def state(self) -> str:
        if any(task.state in OPEN for task in self.tasks):
            return "running" if self.begun else "pending"
        if self.wanted == "cancelled":
            return "cancelled"
        failed = self.wanted or any(task.failed for task in self.tasks)
        return "failed" if failed else "completed"

    def _open(self) -> None:
        self.wanted, self.begun, self.epoch = None, False, self.epoch + 1
        self.go_on()

    def _goes_on(self, task: ModelTask, chosen: ModelTask) -> bool:
        return task is chosen or task.state == "cancelled"

    def _downstream(self, positions: set[int]) -> set[int]:
        """These, and whatever needs them."""
        found = set(positions)
        for position, task in enumerate(self.tasks):
            if found & {*task.spec.needs}:
                found.add(position)
        return found
