"""A batch of worker reports becomes moves and their consequences: one transaction, a fixed number
of statements. Reports may be repeated, overtake one another, and speak of attempts long gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.engine import activate, advance, cancel, failure, halt
from windlass.coordinator.engine.advance import Ending
from windlass.coordinator.engine.failure import Failure
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.reports import Report, covers_log, gather, state_of
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.store import attempts, deliveries, generating, jobs, logs, tasks
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.transitions import Move, move
from windlass.shared.events import AttemptEvent, AttemptFinished, LogChunk
from windlass.shared.lease import Verdict
from windlass.shared.states import ATTEMPT, JOB, AttemptState, JobState, Reason, TaskState
from windlass.shared.text import clean

_GIVEN_UP = {Reason.NODE_LOST: AttemptState.LOST, Reason.TIMEOUT: AttemptState.FAILED}

Held = Mapping[UUID, Row]
Reports = Mapping[UUID, Report]


@dataclass(frozen=True)
class Loss:
    """An attempt given up on: NODE_LOST, or TIMEOUT where its worker is gone as well."""

    attempt_id: UUID
    reason: Reason
    text: str


def apply(db: Database, signals: Signals, batch: Sequence[AttemptEvent]) -> None:
    """Commit what a batch reports, then tell whom it concerns. May be repeated as a whole."""
    reports = gather(batch)
    if not reports:
        return
    ids = sorted(reports)
    failed = [id for id in ids if _did_fail(reports[id])]
    with db.transaction() as tx:
        turn = Turn(tx, jobs.lock_of_attempts(tx, ids))
        held = attempts.held(tx, ids, again=failed)
        _take(turn, held, reports)
    _answer(signals, held, reports)
    _tell(db, signals, turn)


def lose(db: Database, signals: Signals, losses: Sequence[Loss]) -> int:
    """Give up on attempts; how many had not ended meanwhile."""
    ids = sorted(loss.attempt_id for loss in losses)
    with db.transaction() as tx:
        turn = Turn(tx, jobs.lock_of_attempts(tx, ids))
        held = attempts.held(tx, ids, again=ids)
        lost = _give_up(turn, losses)
        ends = failure.conclude(turn, [_loss(held, loss) for loss in lost])
        advance.end(turn, ends)
        activate.start_ready(turn)
        turn.changed.update(held[loss.attempt_id]["job_id"] for loss in lost)
        turn.due = turn.due or any(_had_room(held[loss.attempt_id]) for loss in lost)
    if lost:
        gone = [loss.attempt_id for loss in lost]
        signals.judge(gone, Verdict.LOST, [held[id]["node"] for id in gone if held[id]["node"]])
    _tell(db, signals, turn)
    return len(lost)


def _tell(db: Database, signals: Signals, turn: Turn) -> None:
    turn.tell(signals)
    if turn.stopping:
        cancel.stop_soon(db, signals, sorted(turn.stopping))
    if turn.halting:
        halt.halt_soon(db, signals, sorted(turn.halting))


def _take(turn: Turn, held: Held, reports: Reports) -> None:
    logs.insert(turn.tx, [c for id in held for c in _tail(reports[id])])
    live = {id: reports[id] for id, row in held.items() if not _is_final(row)}
    if not live:
        return
    turn.changed.update(held[id]["job_id"] for id in live)
    running = {id: report for id, report in live.items() if report.finished is None}
    _begin(turn, held, running)
    # Where something with a place of its own or in a group ends there is room for another.
    turn.due = turn.due or any(r.finished and _had_room(held[id]) for id, r in live.items())
    endings = _finish(turn, held, [(id, r, r.finished) for id, r in live.items() if r.finished])
    advance.end(turn, endings)
    activate.start_ready(turn)
    _run_jobs(turn, {held[id]["job_id"] for id in live})


def _had_room(row: Row) -> bool:
    return row["placed"] is not None or row["group_name"] is not None


def _begin(turn: Turn, held: Held, running: Reports) -> None:
    started = {id: report for id, report in running.items() if report.started_at}
    wishes = [Move(id, columns={"node": report.node}) for id, report in started.items()]
    moved = move(turn.tx, ATTEMPT, AttemptState.RUNNING, wishes)
    tasks.started(turn.tx, [held[id]["task_id"] for id in moved])
    said = [(held[id], report.progressed) for id, report in running.items()]
    told = [deliveries.Said(row["task_id"], row["id"], f"{p.percent:g}") for row, p in said if p]
    deliveries.note_progress(turn.tx, told)
    progress = [tasks.Progress(row["task_id"], p.percent, p.message) for row, p in said if p]
    tasks.progress(turn.tx, progress)


def _finish(
    turn: Turn, held: Held, finished: Sequence[tuple[UUID, Report, AttemptFinished]]
) -> list[Ending]:
    wishes: dict[AttemptState, list[Move]] = defaultdict(list)
    for id, report, event in finished:
        wishes[state_of(event)].append(_final(id, report, event))
    moved: set[UUID] = set()
    for state, moves in wishes.items():
        moved |= move(turn.tx, ATTEMPT, state, moves)
    ends = [(held[id], report, event) for id, report, event in finished if id in moved]
    completed = [end for end in ends if end[2].reason is None]
    generating.begin(turn.tx, [row["task_id"] for row, _, _ in completed if row["generator"]])
    endings = [_completed(*end) for end in completed if not end[0]["generator"]]
    failures = [_failure(row, r, event, event.reason) for row, r, event in ends if event.reason]
    return endings + failure.conclude(turn, failures)


def _final(id: UUID, report: Report, event: AttemptFinished) -> Move:
    columns = {
        "reason": event.reason,
        "error": event.error,
        "exit_code": event.exit_code,
        "node": report.node,
        "log_bytes": event.log_bytes,
        "log_lines": event.log_lines,
        "log_sha256": event.log_sha256,
        "settled": covers_log(event),
        "ran": report.ran,
    }
    return Move(id, event.reason or "", columns)


def _completed(row: Row, report: Report, event: AttemptFinished) -> Ending:
    return Ending(
        task_id=row["task_id"],
        job_id=row["job_id"],
        position=row["position"],
        key=row["key"],
        state=TaskState.COMPLETED,
        exit_code=event.exit_code,
        output=event.output,
        ran=report.ran,
    )


def _failure(row: Row, report: Report, event: AttemptFinished, reason: Reason) -> Failure:
    return Failure(
        row=row, reason=reason, error=event.error, exit_code=event.exit_code, ran=report.ran
    )


def _run_jobs(turn: Turn, begun: Iterable[UUID]) -> None:
    """The first report of any attempt sets its job going."""
    pending = [id for id in begun if turn.jobs[id]["state"] == JobState.PENDING]
    move(turn.tx, JOB, JobState.RUNNING, [Move(id) for id in sorted({*pending} - turn.over)])


def _give_up(turn: Turn, losses: Sequence[Loss]) -> list[Loss]:
    lost: list[Loss] = []
    for reason, state in _GIVEN_UP.items():
        chosen = [loss for loss in losses if loss.reason is reason]
        moved = move(turn.tx, ATTEMPT, state, [_lost(loss) for loss in chosen])
        lost += [loss for loss in chosen if loss.attempt_id in moved]
    return lost


def _lost(loss: Loss) -> Move:
    columns = {"reason": loss.reason, "error": clean(loss.text), "settled": True}
    return Move(loss.attempt_id, loss.reason, columns)


def _loss(held: Held, loss: Loss) -> Failure:
    return Failure(row=held[loss.attempt_id], reason=loss.reason, error=clean(loss.text))


def _answer(signals: Signals, held: Held, reports: Reports) -> None:
    """Every reporter of an end hears what became of it, a repeated one as well."""
    verdicts: dict[Verdict, list[UUID]] = defaultdict(list)
    for id, report in reports.items():
        verdict = _verdict(held.get(id), report)
        if verdict:
            verdicts[verdict].append(id)
    for verdict, ids in verdicts.items():
        signals.judge(ids, verdict, sorted({reports[id].node for id in ids}))


def _verdict(row: Row | None, report: Report) -> Verdict:
    """``row`` as it was before this batch."""
    if row is None or _is_given_up(row):
        return Verdict.LOST
    if _is_final(row):
        return Verdict.SETTLED if report.finished and row["settled"] else Verdict.NONE
    if report.finished:
        return Verdict.SETTLED if covers_log(report.finished) else Verdict.NONE
    return Verdict.CANCEL if row["cancelling"] else Verdict.NONE


def _is_final(row: Row) -> bool:
    return ATTEMPT.is_final(AttemptState(row["state"]))


def _is_given_up(row: Row) -> bool:
    """It ended without the worker's report, which would have told the length of its log."""
    return _is_final(row) and row["log_bytes"] is None


def _did_fail(report: Report) -> bool:
    return report.finished is not None and report.finished.reason is not None


def _tail(report: Report) -> Sequence[LogChunk]:
    return report.finished.tail if report.finished else ()
