"""A job's history: only legal moves, and at their end what is shown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windlass.shared.states import ATTEMPT, JOB, TASK, Lifecycle

Row = Mapping[str, Any]

_LIFE: Mapping[str, Lifecycle[Any]] = {"job": JOB, "task": TASK, "attempt": ATTEMPT}
_FIRST = {"task": "waiting", "attempt": "pending"}  # a job's own coming to be is in the history
_REOPENED = {"job": "pending", "task": "waiting"}  # by a restart: the one way out of a final state


def wrong_moves(history: Sequence[Row], shown: Mapping[str, str]) -> Iterator[str]:
    """``shown``: the state of everything that belongs to the job, by id."""
    state: dict[str, str | None] = {}
    for row in history:
        id, was, became = row["entity_id"], row["was"], row["became"]
        before = state.get(id, _FIRST.get(row["entity"]))
        if was != before:
            yield f"{row['entity']} {id}: {was} became {became}, but it was {before}"
        if was is not None and not _is_legal(row):
            yield f"{row['entity']} {id}: {was} must not become {became}"
        state[id] = became
    for id, now in shown.items():
        if id in state and state[id] != now:
            yield f"{id}: {now}, but its history ends in {state[id]}"


def _is_legal(row: Row) -> bool:
    life, was, became = _LIFE[row["entity"]], row["was"], row["became"]
    if life.is_final(was):
        return bool(_REOPENED.get(row["entity"]) == became)
    return was in life.sources(became)


def has_two_outcomes(history: Sequence[Row]) -> set[str]:
    """Of one epoch: what reached a final state again without having been opened again."""
    final: dict[str, bool] = defaultdict(bool)
    twice = set()
    for row in history:
        ends = _LIFE[row["entity"]].is_final(row["became"])
        if ends and final[row["entity_id"]]:
            twice.add(f"{row['entity']} {row['entity_id']}")
        final[row["entity_id"]] = ends
    return twice
