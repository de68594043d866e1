"""The engine alone, on a Postgres of its own: submit, hand over, finish. Prints rates.

python -m benchmarks.engine [seconds per measurement]
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import UUID

from tests.support.fakes import FakePublisher, FakeSignals
from windlass.coordinator.engine.activate import activate_ready
from windlass.coordinator.engine.apply import apply
from windlass.coordinator.engine.cancel import cancel, carry_out
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.engine.restart import restart
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.migrate import migrate
from windlass.embedded import postgres
from windlass.shared.events import AttemptEvent, AttemptFinished, AttemptStarted
from windlass.shared.ids import JobId
from windlass.shared.spec import Container, JobSpec, TaskSpec

BATCH = 500


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    with a_database() as db:
        floor = rate(seconds / 3, lambda: empty(db))
        show("transactions of nothing", floor, floor)
        show("submits of one task", rate(seconds, lambda: submit_one(db)), floor)
        run_everything(db)
        show("attempts, one task a job", rate(seconds, lambda: round_trip(db, 100, 1)), floor)
        show("attempts, 1,000 side by side", rate(seconds, lambda: round_trip(db, 1, 1000)), floor)
        for size in (10_000, 100_000):
            graph(db, f"chain of {size:,}", chain(size))
            graph(db, f"layers of {size // 10:,}", layers(10, size // 10))


def submit_one(db: Database) -> int:
    submit(db, FakeSignals(), Submission(spec=wide(1), door="bench"))
    return 1


def empty(db: Database) -> int:
    with db.transaction() as tx:
        tx.run("SELECT 1")
    return 1


def round_trip(db: Database, jobs: int, tasks: int) -> int:
    for _ in range(jobs):
        submit(db, FakeSignals(), Submission(spec=wide(tasks), door="bench"))
    return run_everything(db)


def run_everything(db: Database, most: int | None = None) -> int:
    """Dispatch, start and finish whatever there is; how many attempts that were."""
    signals, publisher, done = FakeSignals(), FakePublisher(), 0
    while most is None or done < most:
        publisher.sent.clear()
        activated = activate_ready(db, signals)
        if not dispatch_due(db, publisher, BATCH) and not activated:
            return done
        apply(db, signals, [event for id in publisher.sent for event in life(id)])
        done += len(publisher.sent)
    return done


def graph(db: Database, name: str, spec: JobSpec) -> None:
    job = Submission(spec=spec, door="bench")
    submitted = took(lambda: submit(db, FakeSignals(), job))
    began = perf_counter()
    done = run_everything(db, 2_000)
    each = (perf_counter() - began) / done * 1e6
    print(f"{name:>30}  submitted in {submitted:6.2f} s, advances at {each:8.0f} us a task")
    id = jobs_of(db)[0]
    cancel(db, FakeSignals(), id)
    stopped = took(lambda: carry_out(db, FakeSignals(), 1))
    again = took(lambda: restart(db, FakeSignals(), id))
    print(f"{'':>30}  cancelled in {stopped:6.2f} s, restarted in {again:6.2f} s")
    clear(db)


def jobs_of(db: Database) -> list[JobId]:
    with db.transaction() as tx:
        return [row["id"] for row in tx.all("SELECT id FROM job ORDER BY id DESC")]


def took(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def clear(db: Database) -> None:
    with db.transaction() as tx:
        tx.run("TRUNCATE job, task, edge, attempt, history")


def life(id: UUID) -> Sequence[AttemptEvent]:
    now = datetime.now(UTC)
    return [
        AttemptStarted(attempt_id=id, node="bench", at=now),
        AttemptFinished(attempt_id=id, node="bench", at=now, exit_code=0),
    ]


def wide(size: int) -> JobSpec:
    return JobSpec(name="bench", tasks=tuple(task(i) for i in range(size)))


def chain(size: int) -> JobSpec:
    return JobSpec(name="chain", tasks=tuple(task(i, *([i - 1] if i else [])) for i in range(size)))


def layers(depth: int, width: int) -> JobSpec:
    """Each task needs three of the layer before."""
    tasks = [task(i, *above(i, width)) for i in range(depth * width)]
    return JobSpec(name="layers", tasks=tuple(tasks))


def above(position: int, width: int) -> set[int]:
    first = position // width * width
    return {position - width, first - 1, first - width} if first else set()


def task(number: int, *needs: int) -> TaskSpec:
    container = Container(image="busybox", run="echo hello", env={"NUMBER": str(number)})
    return TaskSpec(name=f"task {number}", container=container, needs=needs)


def rate(seconds: float, work: Callable[[], int]) -> float:
    work()
    began, done = perf_counter(), 0
    while perf_counter() - began < seconds:
        done += work()
    return done / (perf_counter() - began)


def show(what: str, rate: float, floor: float) -> None:
    print(f"{what:>30}  {rate:8.0f} /s   {rate / floor:6.2f} of a transaction")


@contextmanager
def a_database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        server = postgres.start(directory / "postgres")
        db = Database(server.url, 4)
        try:
            migrate(server.url)
            yield db
        finally:
            db.close()
            server.stop()


if __name__ == "__main__":
    main()
