"""Generators: what such a task writes to stdout describes tasks that are added to its job.

Once it has run it stays active until its whole log is here. Then, in one transaction, its tasks are
added with all their links and it completes; or nothing is added and it fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import msgspec

from windlass.coordinator.engine import activate, advance, cancel, generated, logbook
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.check import MOST_NEEDS, MOST_TASKS
from windlass.coordinator.engine.generated import Around, Generated, Ungenerable
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.submit import waiting_task
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import edges, generating, job_reads, jobs, tasks
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.generating import Addition
from windlass.shared import spec
from windlass.shared.spec import JobSpec
from windlass.shared.states import Reason, TaskState
from windlass.shared.text import clean

# A door's: from the job, its document and what was written; Ungenerable.
Read = Callable[[JobSpec, str | None, bytes], Sequence[Generated]]

MOST_WRITTEN = 32 << 20  # bytes of stdout
MOST_GENERATIONS = 10  # of generators that were generated
_FIRST = UUID(int=0)


class Generators:
    """``reader_of`` gives a door's reader. Several of these may work at once."""

    def __init__(self, db: Database, signals: Signals, reader_of: Callable[[str], Read]) -> None:
        self._db = db
        self._signals = signals
        self._reader_of = reader_of
        self._after = _FIRST

    def step(self) -> float:
        """Looks at a page of generators; those whose logs are not complete come again."""
        with self._db.transaction() as tx:
            page = generating.due(tx, self._after, 100)
        for row in page:
            if logbook.size(self._db, row["attempt_id"]).ended:
                self._generate(row)
        self._after = page[-1]["id"] if len(page) == 100 else _FIRST  # noqa: PLR2004 - the page
        return float("inf") if self._after == _FIRST else 0.0

    def _generate(self, row: Row) -> None:
        made, problem = self._read(row)
        with self._db.transaction() as tx:
            turn = Turn(tx, jobs.lock(tx, [row["job_id"]]))
            generator = generating.locked(tx, row["id"]) if turn.jobs else None
            generating.end(tx, row["id"])
            if generator is None:  # killed, or gone
                return
            wanted = turn.wanted(row["job_id"])
            if not wanted:
                problem = problem or _add(turn, generator, made)
            ending = _stopped(generator, wanted) if wanted else _ending(generator, problem)
            advance.end(turn, [ending])
            turn.changed.add(row["job_id"])
            activate.start_ready(turn)
        turn.tell(self._signals)
        if turn.stopping:
            cancel.stop_soon(self._db, self._signals, sorted(turn.stopping))

    def _read(self, row: Row) -> tuple[Sequence[Generated], str]:
        try:
            made = self._reader_of(row["door"])(*self._written(row))
            if made:
                generated.check_tasks(made)
        except Ungenerable as problem:
            return (), str(problem)
        return made, ""

    def _written(self, row: Row) -> tuple[JobSpec, str | None, bytes]:
        size = logbook.size(self._db, row["attempt_id"])
        if not size.complete:
            raise Ungenerable("part of what it wrote was lost")
        if size.bytes > MOST_WRITTEN:
            raise Ungenerable(f"it wrote {size.bytes:,} bytes; at most {MOST_WRITTEN:,} are read")
        pieces = logbook.Reader(self._db, row["attempt_id"]).bytes()
        text = b"".join(piece.data for piece in pieces if piece.stream == "out")
        with self._db.transaction() as tx:
            job = spec.decode_job(jobs.specs(tx, [row["job_id"]])[row["job_id"]])
            document = job_reads.document(tx, row["job_id"])
        return job, document["content"] if document else None, text


def _add(turn: Turn, generator: Row, made: Sequence[Generated]) -> str:
    """All of them; or none, and why."""
    try:
        _add_all(turn.tx, generator, made)
    except Ungenerable as problem:
        return str(problem)
    turn.jobs = jobs.lock(turn.tx, list(turn.jobs))  # there are more tasks now
    return ""


def _add_all(tx: Tx, generator: Row, made: Sequence[Generated]) -> None:
    job_id = generator["job_id"]
    if generator["generation"] >= MOST_GENERATIONS and any(one.task.generator for one in made):
        raise Ungenerable(f"generators made generators {MOST_GENERATIONS} times already")
    generating.forget(tx, job_id, generator["task_id"])
    around = _around(tx, generator, made)
    linked = generated.links(made, around)
    satisfied = {row["position"] for row in around.known.values() if row["satisfied"]}
    open_parents = [0] * len(made)
    for parent, child in linked:
        if child >= around.first and parent not in satisfied:
            open_parents[child - around.first] += 1
    rows = [
        waiting_task(around.first + place, msgspec.structs.replace(one.task, needs=()), count)
        for place, (one, count) in enumerate(zip(made, open_parents, strict=True))
    ]
    tasks.insert(tx, job_id, rows)
    edges.insert(tx, job_id, linked)
    before = [child for _, child in linked if child < around.first]
    addition = Addition(generator["task_id"], around.first, len(made), before)
    generating.added(tx, job_id, addition)


def _around(tx: Tx, generator: Row, made: Sequence[Generated]) -> Around:
    job_id, position = generator["job_id"], generator["position"]
    named = {key for one in made for key in (one.task.key, *one.parents, *one.children)}
    room, heirs = generating.room(tx, job_id), generating.children(tx, job_id, position)
    if room["tasks"] + len(made) > MOST_TASKS:
        raise Ungenerable(f"there would be more than {MOST_TASKS:,} tasks")
    links = sum(1 + len(heirs) + len(one.parents) + len(one.children) for one in made)
    if room["edges"] + links > MOST_NEEDS:
        raise Ungenerable(f"there would be more than {MOST_NEEDS:,} links between tasks")
    known = generating.named(tx, job_id, sorted(named)) if named else {}
    return Around(
        position=position,
        first=room["next"],
        known=known,
        heirs=heirs,
        # Only where new tasks are linked to older ones can they close a circle.
        edges=edges.all_of(tx, job_id) if known else (),
    )


def _stopped(generator: Row, wanted: str) -> Ending:
    """Its job ends early."""
    ending = _ending(generator)
    return replace(ending, state=TaskState.CANCELLED, reason=Reason(wanted))


def _ending(generator: Row, problem: str = "") -> Ending:
    return Ending(
        task_id=generator["task_id"],
        job_id=generator["job_id"],
        position=generator["position"],
        key=generator["key"],
        state=TaskState.FAILED if problem else TaskState.COMPLETED,
        allow_failure=generator["allow_failure"],
        reason=Reason.GENERATOR if problem else None,
        error=clean(problem),
        exit_code=0,
    )
