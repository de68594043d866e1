"""A composite starts: its children become tasks of the same job, all of them or none.

They are written by the transaction that makes the composite active, a batch at a time, so a process
that dies leaves a composite that still waits, for the loop of ``activate``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from windlass.coordinator.engine import context, expressions, resolve
from windlass.coordinator.engine.context import Context
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store import composites, subjobs, tasks
from windlass.coordinator.store.composites import Begun
from windlass.coordinator.store.db import Row
from windlass.coordinator.store.jobs import Parent
from windlass.coordinator.store.tasks import NewTask
from windlass.shared import spec
from windlass.shared.ids import new_task_id
from windlass.shared.spec import Each, JobSpec, TaskSpec
from windlass.shared.states import TaskState

MOST_CHILDREN = 100_000  # of one composite
AT_ONCE = 100_000  # children written by one transaction
SUBJOB = 1_000  # a sub-job takes as long to write as so many children


@dataclass(frozen=True)
class Unfolding:
    """What one composite becomes. ``texts``: the children's specs, which may be all the same;
    ``scopes``: what they see beside it, one for each."""

    row: Row
    task: TaskSpec  # the composite, resolved
    children: Sequence[TaskSpec]
    scopes: Sequence[str | None]
    job: JobSpec | None = None  # of a sub-job, as evaluated

    @property
    def size(self) -> int:
        return len(self.scopes)

    @property
    def weight(self) -> int:
        return SUBJOB if self.job else self.size

    @property
    def is_over(self) -> bool:
        """There is nothing to wait for."""
        return bool(self.task.subjob.detached if self.task.subjob else not self.size)


def unfolding(row: Row, task: TaskSpec, known: Context) -> Unfolding:
    """May raise ``ExpressionError``."""
    if task.parallel:
        children = task.parallel.tasks
        return Unfolding(row, task, children, [row["scope"]] * len(children))
    if task.each:
        scopes = list(_scopes(task.each, row["scope"], known))
        return Unfolding(row, task, [task.each.task], scopes)
    job = resolve.subjob(task.subjob.job, known) if task.subjob else None
    return Unfolding(row, task, [], [], job)


def _scopes(each: Each, outer: str | None, known: Context) -> Iterator[str]:
    elements = expressions.evaluate(each.list, known)
    if not isinstance(elements, list | tuple | range):
        raise expressions.ExpressionError("each.list does not evaluate to a list")
    if len(elements) > MOST_CHILDREN:
        text = f"each.list has {len(elements):,} elements: at most {MOST_CHILDREN:,} are possible"
        raise expressions.ExpressionError(text)
    around: Mapping[str, object] = msgspec.json.decode(outer) if outer else {}
    for index, value in enumerate(elements):
        yield _packed({**around, each.var: {"index": str(index), "value": value}})


def _packed(scope: Mapping[str, object]) -> str:
    try:
        return msgspec.json.encode(scope).decode()
    except (TypeError, ValueError) as problem:
        raise expressions.ExpressionError(f"each.list: {problem}") from problem


def write(turn: Turn, unfoldings: Sequence[Unfolding]) -> Sequence[Unfolding]:
    """Make the children of composites that have become active; the ones that have none."""
    tops = composites.tops(turn.tx, sorted({each.row["job_id"] for each in unfoldings}))
    made: dict[UUID, list[NewTask]] = defaultdict(list)
    for each in unfoldings:
        rows = made[each.row["job_id"]]
        rows += _rows(each, tops[each.row["job_id"]] + 1 + len(rows))
    for job_id, rows in made.items():
        tasks.insert(turn.tx, job_id, rows, turn.jobs[job_id]["secretive"])
        turn.ready += [row.id for row in rows if row.waiting_on == 0]
    composites.begun(turn.tx, [Begun(each.row["id"], each.size) for each in unfoldings])
    _write_jobs(turn, [each for each in unfoldings if each.job])
    turn.changed.update(made)
    return [each for each in unfoldings if each.is_over]


def _write_jobs(turn: Turn, unfoldings: Sequence[Unfolding]) -> None:
    from windlass.coordinator.engine import submit  # noqa: PLC0415 - it starts tasks, as we do

    if not unfoldings:
        return
    origins = subjobs.origins(turn.tx, sorted({each.row["job_id"] for each in unfoldings}))
    with turn.tx.together() as batch:
        for each in unfoldings:
            submission, parent = _submission(each, origins[each.row["job_id"]]), _parent(turn, each)
            submit.write(batch, submission, parent)
    turn.due = True


def _submission(made: Unfolding, origin: Row) -> Submission:
    assert made.job is not None and made.task.subjob is not None  # noqa: S101, PT018 - a sub-job's
    return Submission(
        spec=made.job,
        door=origin["door"],
        owner=origin["owner"],
        document=made.task.subjob.document,
        checked=True,
    )


def _parent(turn: Turn, made: Unfolding) -> Parent:
    assert made.task.subjob is not None  # noqa: S101 - a sub-job's
    job_id = made.row["job_id"]
    return Parent(
        task_id=made.row["id"],
        job_id=job_id,
        epoch=turn.jobs[job_id]["epoch"],
        secretive=turn.jobs[job_id]["secretive"],
        attached=not made.task.subjob.detached,
    )


def _rows(made: Unfolding, first: int) -> list[NewTask]:
    loop, limit = made.task.each, _concurrency(made.task)
    texts = [spec.encode(child).decode() for child in made.children]
    width = limit if limit > 0 else made.size
    return [
        _row(made, index, first + index, text=texts[0 if loop else index], held=index >= width)
        for index in range(made.size)
    ]


def _concurrency(task: TaskSpec) -> int:
    several = task.each or task.parallel
    return several.concurrency if several else 0


def _row(made: Unfolding, index: int, position: int, *, text: str, held: bool) -> NewTask:
    loop = made.task.each is not None
    child = made.children[0 if loop else index]
    return NewTask(
        id=new_task_id(),
        position=position,
        key=child.key or child.name,
        name=child.name,
        var=child.var,
        state=TaskState.WAITING,
        waiting_on=int(held),
        templated=context.is_templated(child),
        allow_failure=child.allow_failure,
        queue=child.queue,
        priority=child.priority,
        spec=text,
        kind=context.kind_of(child),
        parent=made.row["id"],
        path=[*(made.row["path"] or [made.row["position"]]), index],
        item=index if loop else None,
        scope=made.scopes[index],
    )
