"""Filters of lists, checked, as the store wants them."""

from collections.abc import Sequence

from windlass.coordinator.engine.errors import Invalid, Problem
from windlass.coordinator.engine.views import JobFilter, TaskFilter
from windlass.coordinator.store.job_list import Search
from windlass.coordinator.store.task_reads import Wanted
from windlass.shared.text import is_clean

LONGEST_TEXT = 200
MOST_TAGS = 20


def search(filter: JobFilter) -> Search:
    single = [("door", filter.door), ("queue", filter.queue), ("owner", filter.owner)]
    _check([*single, ("q", filter.q), *(("tag", tag) for tag in filter.tags)])
    if len(filter.tags) > MOST_TAGS:
        raise Invalid([Problem(("tag",), "is given too often", f"at most {MOST_TAGS} tags")])
    return Search(
        states=tuple(dict.fromkeys(state.value for state in filter.states)),
        queue=filter.queue,
        door=filter.door,
        owner=filter.owner,
        tags=filter.tags,
        words=filter.q or None,
        since=filter.since,
        until=filter.until,
    )


def task_search(filter: TaskFilter, beyond: int | None, onward: bool) -> Wanted:
    _check([("q", filter.q)])
    return Wanted(
        states=tuple(dict.fromkeys(state.value for state in filter.states)),
        children=filter.children,
        beginning=filter.q or None,
        beyond=beyond,
        onward=onward,
    )


def _check(given: Sequence[tuple[str, str | None]]) -> None:
    problems = [
        Problem((name,), "is too long or holds a NUL", f"at most {LONGEST_TEXT} characters")
        for name, text in given
        if text is not None and (len(text) > LONGEST_TEXT or not is_clean(text))
    ]
    if problems:
        raise Invalid(problems)
