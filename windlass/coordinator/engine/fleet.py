"""The nodes: what they report of themselves, what operators want of them, what they serve."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from windlass.coordinator.engine import apply, placement
from windlass.coordinator.engine.errors import NotFound, Problem
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.engine.views import NodeView, QueueView
from windlass.coordinator.store import nodes as store
from windlass.coordinator.store import placing
from windlass.coordinator.store.db import Database, Row
from windlass.shared.events import AttemptStarted, NodeBeat, NodeLeft
from windlass.shared.lease import Verdict
from windlass.shared.spec import JobSpec, Limits


def nodes(db: Database) -> Sequence[NodeView]:
    with db.transaction() as tx:
        return [_view(row) for row in store.all(tx)]


def node(db: Database, name: str) -> NodeView:
    with db.transaction() as tx:
        row = store.one(tx, name)
    if row is None:
        raise NotFound(f"there is no node {name!r}")
    return _view(row)


def drain(db: Database, signals: Signals, name: str, wanted: bool) -> None:
    with db.transaction() as tx:
        known = store.drain(tx, name, wanted)
    if not known:
        raise NotFound(f"there is no node {name!r}")
    with suppress(Away):  # repeated when the node is heard of next
        signals.drain(name, wanted)


def queues(db: Database) -> Sequence[QueueView]:
    with db.transaction() as tx:
        return [QueueView(**row) for row in store.queues(tx)]


def misfits(db: Database, job: JobSpec) -> list[Problem]:
    asking = [
        (position, task)
        for position, task in enumerate(job.tasks)
        if task.container.requests != Limits()
    ]
    if not asking:
        return []
    with db.transaction() as tx:
        sizes = list(map(placement.room_of, placing.sizes(tx)))
    found = [
        (position, placement.misfit(task.container.requests, task.queue, sizes))
        for position, task in asking
    ]
    return [Problem(("tasks", position), text) for position, text in found if text]


def report(db: Database, signals: Signals, batch: Sequence[NodeBeat | NodeLeft]) -> None:
    """Store what nodes say, and put right what Redis made one side forget. May be repeated."""
    newest = {event.node: event for event in batch}
    beats = [event for _, event in sorted(newest.items()) if isinstance(event, NodeBeat)]
    left = sorted(name for name, event in newest.items() if isinstance(event, NodeLeft))
    carriers = {id: beat for beat in beats for id in beat.running}
    with db.transaction() as tx:
        store.beat(tx, beats)
        store.leave(tx, left)
        wishes = store.unheard_wishes(tx, [beat.node for beat in beats])
        carried = store.carried(tx, list(carriers)) if carriers else []
    _start(db, signals, carried, carriers)
    _repeat_verdicts(signals, carried, carriers)
    for name, wanted in wishes.items():
        signals.drain(name, wanted)


def forget(db: Database) -> int:
    """Nodes that are gone for good."""
    with db.transaction() as tx:
        return store.forget(tx)


def _start(
    db: Database, signals: Signals, carried: Sequence[Row], carriers: Mapping[UUID, NodeBeat]
) -> None:
    """Attempts that run although nothing was heard of their start."""
    started = [
        AttemptStarted(attempt_id=row["id"], node=beat.node, at=beat.at)
        for row in carried
        if row["state"] in {"pending", "scheduled"}
        for beat in [carriers[row["id"]]]
    ]
    if started:
        apply.apply(db, signals, started)


def _repeat_verdicts(
    signals: Signals, carried: Sequence[Row], carriers: Mapping[UUID, NodeBeat]
) -> None:
    wanted = defaultdict(list)
    for row in carried:
        wanted[_verdict(row)].append(row["id"])
    wanted.pop(Verdict.NONE, None)
    for verdict, ids in wanted.items():
        signals.judge(ids, verdict, [carriers[id].node for id in ids])


def _verdict(row: Row) -> Verdict:
    """What the holder should have heard by now."""
    if row["state"] is None:
        return Verdict.LOST  # deleted with its job
    if row["state"] == "running" and row["cancelling"]:
        return Verdict.CANCEL
    if not row["stale"]:
        return Verdict.NONE
    if row["state"] == "lost":
        return Verdict.LOST
    return Verdict.SETTLED if row["settled"] else Verdict.NONE


def _view(row: Row) -> NodeView:
    return NodeView(**{**row, "queues": tuple(row["queues"]), "attempts": tuple(row["attempts"])})
