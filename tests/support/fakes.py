"""Stand-ins for the engine's ports, where a test is about the engine's side alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from windlass.coordinator import dialects
from windlass.coordinator.engine.endings import Endings
from windlass.coordinator.engine.ports import Away, Due, Watch
from windlass.shared.lease import Standing, Verdict


class FakePublisher:
    def __init__(self) -> None:
        self.sent: list[UUID] = []
        self.checks = 0
        self.away = False
        self.torn = False  # a publish fails, although the check before it did not
        self.depths: dict[str, int] = {}

    def check(self) -> None:
        self.checks += 1
        if self.away:
            raise Away("away")

    def publish(self, batch: Sequence[Due]) -> None:
        if self.away or self.torn:
            raise Away("away")
        self.sent += [due.attempt_id for due in batch]

    def depth(self, queue: str) -> int:
        return self.depths.get(queue, 0)


class FakeSignals:
    """Knows a standing for attempts it was told of; of others, nothing."""

    def __init__(self) -> None:
        self.known: dict[UUID, Standing] = {}
        self.judged: list[tuple[UUID, Verdict]] = []
        self.drains: dict[str, bool] = {}
        self.held: set[UUID] = set()
        self.woken = 0
        self.is_young = False
        self.away = False
        self.delay = 0.0  # of the logbook
        self.behind = False  # the events reported so far are not committed

    def wake_dispatch(self) -> None:
        self.woken += 1

    def changed(self, job_ids: Sequence[UUID]) -> None: ...

    def ended(self, endings: Endings) -> None:
        for door in endings.doors():
            dialects.count(door, endings.of(door))

    @contextmanager
    def watch(self, job_ids: Sequence[UUID]) -> Iterator[Watch]:
        yield _Still()

    def revoke(self, attempt_ids: Sequence[UUID]) -> Sequence[bool]:
        return [self._standing(id).ticket != "spent" for id in attempt_ids]

    def judge(self, attempt_ids: Sequence[UUID], verdict: Verdict, nodes: Sequence[str]) -> None:
        self._reach()
        self.judged += [(id, verdict) for id in attempt_ids]

    def standings(self, attempt_ids: Sequence[UUID]) -> Sequence[Standing]:
        self._reach()
        return [self._standing(id) for id in attempt_ids]

    def hold(self, job_ids: Sequence[UUID], held: bool) -> None:
        self._reach()
        self.held = (self.held | set(job_ids)) if held else (self.held - set(job_ids))

    def drain(self, node: str, wanted: bool) -> None:
        self._reach()
        self.drains[node] = wanted

    def young(self) -> bool:
        self._reach()
        return self.is_young

    def backlog(self) -> int:
        self._reach()
        return 0

    def log_delay(self) -> float:
        self._reach()
        return self.delay

    def horizon(self) -> str:
        return "1-0"

    def committed(self, horizon: str) -> bool:
        return not self.behind

    def _standing(self, id: UUID) -> Standing:
        return self.known.get(id, Standing(None, None))

    def _reach(self) -> None:
        if self.away:
            raise Away("away")


class _Still:
    def wait(self, timeout: float) -> bool:
        return False
