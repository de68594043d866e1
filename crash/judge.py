"""Compares what became of a job with what must have become of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crash.api import Api
from crash.clients import Case
from crash.effects import Try
from crash.history import has_two_outcomes, wrong_moves
from crash.plan import Plan, TaskPlan
from crash.scripts import log
from windlass.cli.failures import Failure

Doc = Mapping[str, Any]

_OPEN = frozenset({"pending", "running"})
_BY_ITSELF = frozenset({"completed", "failed"})  # how an attempt ends that ran to its end


@dataclass(frozen=True)
class Finding:
    """``word``: what it counts as in the last line."""

    word: str
    text: str


@dataclass(frozen=True)
class Record:
    """All that Windlass tells of one job."""

    job: Doc
    tasks: Sequence[Doc]
    attempts: Mapping[str, Sequence[Doc]]  # by task id, in order
    history: Sequence[Doc]


class Judge:
    def __init__(self, api: Api, started: Counter[Try], ended: Counter[Try]) -> None:
        self._api = api
        self._started = started
        self._ended = ended

    def of(self, case: Case) -> list[Finding]:
        """What is wrong with it."""
        if case.job is None:
            return [Finding("lost", f"not taken: {case.refused}")]
        try:
            record = self._read(case.job)
        except Failure as problem:
            return [Finding("lost", problem.message)]
        if record.job["state"] in _OPEN:
            return [Finding("stuck", f"it is {record.job['state']}{_open_tasks(record)}")]
        return [*self._twice(record), *self._wrong(case.plan, record)]

    def _read(self, job: str) -> Record:
        tasks = self._api.items("jobs", job, "tasks")
        attempts = {
            t["id"]: self._api.ask("GET", "tasks", t["id"], "attempts")["items"] for t in tasks
        }
        return Record(
            self._api.ask("GET", "jobs", job),
            tasks,
            {id: sorted(made, key=lambda a: a["number"]) for id, made in attempts.items()},
            list(self._api.after("jobs", job, "history")),
        )

    def _twice(self, record: Record) -> Iterator[Finding]:
        for entity in sorted(has_two_outcomes(record.history)):
            yield Finding("twice", f"two outcomes of {entity}")
        for task, attempt, once in self._tries(record):
            if self._started[once] > 1:
                text = (
                    f"{task['key']}, try {attempt['number']}: started {self._started[once]} times"
                )
                yield Finding("twice", text)

    def _tries(self, record: Record) -> Iterator[tuple[Doc, Doc, Try]]:
        for task in record.tasks:
            for attempt in record.attempts[task["id"]]:
                once = Try(record.job["id"], task["key"], attempt["number"])
                yield task, attempt, once

    def _wrong(self, plan: Plan, record: Record) -> Iterator[Finding]:
        for text in self._texts(plan, record):
            yield Finding("lost", text)

    def _texts(self, plan: Plan, record: Record) -> Iterator[str]:
        for field in ("state", "reason", "output"):
            yield from _differs(f"the job's {field}", record.job[field], getattr(plan, field))
        yield from _differs("epoch", record.job["epoch"], plan.epochs)
        yield from _differs("tasks", {t["key"] for t in record.tasks}, set(plan.tasks))
        yield from wrong_moves(record.history, _states(record))
        for task in record.tasks:
            for text in self._of_task(plan.tasks[task["key"]], task, record):
                yield f"{task['key']}: {text}"
        yield from self._unknown_tries(record)

    def _of_task(self, plan: TaskPlan, task: Doc, record: Record) -> Iterator[str]:
        attempts = record.attempts[task["id"]]
        for field in ("state", "output"):
            yield from _differs(field, task[field], getattr(plan, field))
        if plan.reason:
            yield from _differs("reason", task["reason"], plan.reason)
        yield from _differs(
            "attempts", [a["number"] for a in attempts], [*range(1, len(attempts) + 1)]
        )
        yield from _wrong_ends(plan, attempts)
        for attempt in attempts:
            if attempt["state"] in _BY_ITSELF and attempt["reason"] in {None, "exit_code"}:
                yield from self._of_end(plan, task, attempt)

    def _of_end(self, plan: TaskPlan, task: Doc, attempt: Doc) -> Iterator[str]:
        """Of a try that ran to its end, and was believed."""
        number = attempt["number"]
        once = Try(task["job_id"], task["key"], number)
        if not self._started[once]:
            yield f"try {number} {attempt['state']}, and nobody saw it start"
        if attempt["state"] == "completed":
            yield from _differs(f"ends of try {number}", self._ended[once], 1)
        if plan.text is not None:
            told = self._api.content("attempts", attempt["id"], "log", "download")
            if told != log(task["key"], number, plan.text):
                yield f"the log of try {number} is not what it wrote ({len(told)} bytes)"

    def _unknown_tries(self, record: Record) -> Iterator[str]:
        known = {once for _, _, once in self._tries(record)}
        for once in self._started:
            if once.job == record.job["id"] and once not in known:
                yield f"a try that Windlass does not know: {once.task} {once.number}"


def _wrong_ends(plan: TaskPlan, attempts: Sequence[Doc]) -> Iterator[str]:
    """A loss is nobody's fault and costs no retry: those are passed over."""
    ends = [a["state"] for a in attempts if a["state"] != "lost"]
    last = [plan.state] if plan.state in {"completed", "cancelled"} else []
    expected = ["failed"] * plan.failures + last
    allowed = [expected]
    if plan.state == "cancelled":
        allowed.append([])  # before it had an attempt
    # A try that would have failed may have been lost; the next one then does not fail any more.
    numbers = range(max(0, plan.failures - _losses(attempts)), plan.failures)
    if plan.state == "completed":
        allowed += [["failed"] * number + last for number in numbers]
    if ends not in allowed:
        yield f"its attempts ended {ends}, not {expected}"


def _losses(attempts: Sequence[Doc]) -> int:
    return sum(attempt["state"] == "lost" for attempt in attempts)


def _states(record: Record) -> dict[str, str]:
    attempts = [a for made in record.attempts.values() for a in made]
    return {doc["id"]: doc["state"] for doc in (record.job, *record.tasks, *attempts)}


def _open_tasks(record: Record) -> str:
    shown = defaultdict(list)
    for task in record.tasks:
        for attempt in record.attempts[task["id"]]:
            shown[f"{task['key']} {task['state']}"].append(f"{attempt['id']} {attempt['state']}")
    return "".join(f"; {task}: {attempts}" for task, attempts in shown.items())


def _differs(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found!r}, not {wanted!r}"
