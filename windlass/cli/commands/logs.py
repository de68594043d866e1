"""``windlass logs``."""

import sys
from collections.abc import Iterable, Mapping

import click

from windlass.cli.client import Client
from windlass.cli.failures import NotFound
from windlass.cli.following import exit_code, follow, follow_as_json
from windlass.cli.references import JobWord, job_id, task_of
from windlass.cli.session import Session, connected


@click.command()
@click.argument("job", type=JobWord())
@click.argument("task", required=False)
@click.option("-f", "--follow", "follows", is_flag=True, help="Until the job ends.")
@click.option("--attempt", type=click.IntRange(1), help="Which try of TASK; else the newest.")
@click.option("--tail", type=click.IntRange(0), metavar="N", help="Only the last N lines of TASK.")
@connected
def logs(session: Session, job: str, task: str | None, follows: bool, **which: int | None) -> None:
    """Print the log of JOB, or of one TASK of it, byte for byte.

    With -f a log that is not there yet is waited for, and the command ends when the job does, with
    the exit code that windlass run would have.
    """
    api = session.client()
    id = job_id(api, job)
    if follows:
        raise SystemExit(exit_code(_follow(api, id, task, as_json=session.json)))
    if task is not None:
        _write(_task_log(api, task_of(api, id, task)["id"], **which))
    elif any(value is not None for value in which.values()):
        raise click.UsageError("--attempt and --tail are of one task: name it after the job")
    else:
        _write(api.pieces("jobs", id, "log"))


def _follow(api: Client, id: str, task: str | None, *, as_json: bool) -> Mapping[str, object]:
    if as_json:
        return follow_as_json(api, id)
    name = task_of(api, id, task)["name"] if task else None
    return follow(api, id, only=name)


def _task_log(
    api: Client, task_id: str, *, attempt: int | None, tail: int | None
) -> Iterable[bytes]:
    log = ("attempts", _attempt(api, task_id, attempt), "log")
    if tail is None:
        return api.pieces(*log, "download")
    return api.pieces(*log, query={"tail": tail})


def _attempt(api: Client, task_id: str, number: int | None) -> str:
    attempts = api.get("tasks", task_id, "attempts")["items"]
    found = [each["id"] for each in attempts if number in (None, each["number"])]
    if not found:
        raise NotFound("no such attempt" if number else "this task has not been tried yet")
    return str(found[-1])


def _write(pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
