"""Jobs made by the clock: one for each time, whatever the number of coordinators.

Whoever is at a schedule holds its row; the time it was due at is noted under a unique key in the
transaction that makes the job, and the schedule moves on from where it was seen or not at all.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from windlass.coordinator.engine import check, cron, submit
from windlass.coordinator.engine.cancel import stop_soon
from windlass.coordinator.engine.errors import Problem, Unavailable
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.turn import Turn
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store import deletion, jobs, schedule_firing, schedules
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.shared import spec
from windlass.shared.ids import ScheduleId, new_job_id

BATCH = 50  # schedules in one pass
MOST_CAUGHT_UP = 100  # times that are made up for after an outage
IN_TIME = timedelta(seconds=60)  # a time not longer ago was not missed
_UNREADABLE = timedelta(hours=1)  # until it is tried again
_KEPT = 200  # times that are noted
_CLEARED = 200  # jobs in one transaction

_log = structlog.get_logger()


def fire_due(db: Database, signals: Signals) -> int:
    """How many schedules have been looked at."""
    for looked_at in range(BATCH):
        if not _fire_one(db, signals):
            return looked_at
    return BATCH


def _fire_one(db: Database, signals: Signals) -> bool:
    """A schedule that makes no sense any more goes on, with its error shown, and harms no other."""
    with db.transaction() as tx:
        due = schedule_firing.due(tx)
        if due is None:
            return False
        try:
            turns = _fire(tx, due)
        except (ValueError, msgspec.MsgspecError) as problem:  # nothing was written before these
            _log.error("schedule_unreadable", schedule=str(due["id"]), problem=str(problem))
            turns = []
            schedule_firing.move_on(tx, due, due["now"] + _UNREADABLE, None, str(problem))
    for turn in turns:
        turn.due = True
        turn.tell(signals)
    return True


def _fire(tx: Tx, due: Row) -> list[Turn]:
    table = cron.parse(due["cron"], due["timezone"])
    times = _times(table, due)
    following = table.after(max(due["now"].replace(microsecond=0), *times, due["next_at"]))
    if table.every is not None:  # in step, however late this is
        following = _in_step(table.every, due)
    error = _obstacle(tx, due)
    turns = [] if error else [turn for at in times if (turn := _make(tx, due, at))]
    made = next(iter(turns[-1].jobs)) if turns else None
    schedule_firing.move_on(tx, due, following, made, error)
    schedule_firing.prune(tx, due["id"], _KEPT)
    return turns


def _in_step(every: float, due: Row) -> datetime:
    step = timedelta(seconds=every)
    at: datetime = due["next_at"] + step * ((due["now"] - due["next_at"]) // step + 1)
    return at


def _times(table: cron.Timetable, due: Row) -> list[datetime]:
    """For which of those that have passed a job is made."""
    most = MOST_CAUGHT_UP if (due["catch_up"], due["overlap"]) == ("all", "allow") else 1
    later = table.newest(due["next_at"], due["now"], most)
    times = [due["next_at"], *later][-most:]
    if due["catch_up"] == "none":
        return [at for at in times if due["now"] - at <= IN_TIME]
    return times


def _obstacle(tx: Tx, due: Row) -> str:
    if due["overlap"] == "skip" and schedule_firing.has_open_job(tx, due["id"]):
        return "an earlier job is not over"
    found: list[Problem] = check.problems(spec.decode_job(due["spec"]))
    if found:
        _log.error("schedule_unfit", schedule=str(due["id"]), problem=found[0].message)
        return found[0].message
    return ""


def _make(tx: Tx, due: Row, at: datetime) -> Turn | None:
    id = new_job_id()
    if not schedule_firing.note(tx, due["id"], at, id):
        return None
    return submit.within(
        tx,
        id,
        Submission(
            spec=spec.decode_job(due["spec"]),
            door=due["door"],
            owner=due["owner"],
            document=due["document"],
            schedule_id=ScheduleId(due["id"]),
            checked=True,
        ),
    )


def clear_soon(db: Database, signals: Signals) -> None:
    """Now if possible; the loop does the rest."""
    with suppress(Unavailable):
        clear(db, signals)


def clear(db: Database, signals: Signals) -> int:
    """Go on with a schedule that was deleted with its jobs; how many of these are gone now."""
    with db.transaction() as tx:
        id = schedule_firing.doomed(tx)
        if id is None:
            return 0
        found = schedule_firing.jobs_of(tx, id, _CLEARED)
        if not found:
            schedules.delete(tx, id)
            return 0
        stopped, gone = _clear(tx, [row["id"] for row in found])
    stop_soon(db, signals, stopped)
    signals.changed(stopped)
    return gone


def _clear(tx: Tx, ids: list[UUID]) -> tuple[list[UUID], int]:
    over = jobs.over(tx, sorted(jobs.lock(tx, ids)))
    deletion.delete(tx, over)
    return jobs.want(tx, [id for id in ids if id not in over], "cancelled"), len(over)
