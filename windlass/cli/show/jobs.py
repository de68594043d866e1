"""Jobs and their tasks, for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import click

from windlass.cli.show.table import print_table
from windlass.cli.show.words import ago, because, ran_for

_MOST_ROWS = 100

Document = Mapping[str, Any]


def print_jobs(jobs: Iterable[Document], now: datetime) -> None:
    print_table(
        ("id", "name", "state", "tasks", "created", "took", "door"),
        [
            (
                job["id"],
                job["name"],
                "cancelling" if job.get("cancelling") else job["state"],
                f"{job['ended']}/{job['total']}",
                ago(job["created_at"], now),
                ran_for(job, now),
                job["door"],
            )
            for job in jobs
        ],
    )


def print_job(job: Document, tasks: Iterable[Document], now: datetime) -> None:
    for name, value in _facts(job, now):
        click.echo(f"{name + ':':<12} {value}")
    _print_why(job)
    click.echo()
    print_tasks(tasks, now)


def print_tasks(tasks: Iterable[Document], now: datetime) -> None:
    """At most a screenful or two; the rest is a count."""
    several = iter(tasks)
    shown = list(islice(several, _MOST_ROWS))
    print_table(
        ("task", "state", "attempts", "took", "exit", "reason"),
        [_task_row(task, now) for task in shown],
    )
    if more := sum(1 for _ in several):
        click.echo(f"and {more} more; all of them: windlass get JOB -o json")


def _task_row(task: Document, now: datetime) -> Sequence[object]:
    state = task["state"]
    if state == "failed" and task.get("allow_failure"):
        state = "failed (allowed)"
    why = because(task) if task["state"] != "completed" else ""
    return (
        task["name"],
        state,
        task["attempts"] or "",
        ran_for(task, now),
        task.get("exit_code"),
        why,
    )


def _facts(job: Document, now: datetime) -> Iterable[tuple[str, object]]:
    yield "id", job["id"]
    yield "name", job["name"]
    if job.get("description"):
        yield "about", job["description"]
    state = "cancelling" if job.get("cancelling") else job["state"]
    yield "state", f"{state} ({because(job)})" if because(job) else state
    yield "tasks", f"{job['ended']} of {job['total']} over, {job['failed']} failed"
    yield "created", f"{job['created_at']} ({ago(job['created_at'], now)})"
    if job.get("started_at"):
        yield "took", ran_for(job, now)
    if job.get("tags"):
        yield "tags", ", ".join(job["tags"])
    if job.get("output") is not None:
        yield "output", job["output"]


def _print_why(job: Document) -> None:
    why = job.get("why")
    if not why:
        return
    click.echo(f"{'first error:':<12} {why['task']}: {because(why)}")
    for line in why.get("last_lines") or ():
        click.echo(f"{'':<12} | {line}")
