"""``windlass logs``."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping

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
    if task is None and any(value is not None for value in which.values()):
        raise click.UsageError("--attempt and --tail are of one task: name it after the job")
    named = task_of(api, id, task) if task is not None else None
    pieces = _task_log(api, named["id"], **which) if named else api.pieces("jobs", id, "log")
    if session.json:
        _write_as_json(pieces, named["name"] if named else None)
    else:
        _write(pieces)


def _follow(api: Client, id: str, task: str | None, *, as_json: bool) -> Mapping[str, object]:
    name = task_of(api, id, task)["name"] if task else None
    return follow_as_json(api, id, only=name) if as_json else follow(api, id, only=name)


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


def _write_as_json(pieces: Iterable[bytes], task: str | None) -> None:
    """One line of the log a line; what is not UTF-8 is replaced, as JSON has no room for it."""
    for line in _lines(pieces):
        text = line.decode(errors="replace")
        of, line_of_it = (task, text) if task else _split(text)
        click.echo(json.dumps({"task": of, "line": line_of_it}))


def _split(text: str) -> tuple[str, str]:
    """The log of a job has ``task | `` in front of each line."""
    task, _, line = text.partition(" | ")
    return task, line


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []
    for piece in pieces:
        first, *others = piece.split(b"\n")
        begun.append(first)
        for start in others:
            yield b"".join(begun)
            begun = [start]
    if any(begun):
        yield b"".join(begun)


def _write(pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
