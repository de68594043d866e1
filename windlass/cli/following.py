"""Follow a job to its end, and tell how a command should exit after it."""

import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from windlass.cli.client import Client, Document
from windlass.cli.failures import CANCELLED, FAILED, OK, TIMED_OUT, Failure
from windlass.cli.show.live import Live, Names, PlainPrinter, TerminalPrinter
from windlass.cli.sse import OUTAGE, Event, events

_NAMES = 200  # of so many tasks the names are looked up first, to align them


def follow(api: Client, id: str, *, only: str | None = None, outage: float = OUTAGE) -> Document:
    """Print it as it runs; the data of its ``end``."""
    job = api.get("jobs", id)
    names = Names([only] if only else _first_names(api, id))
    printer = TerminalPrinter(names) if sys.stdout.isatty() else PlainPrinter(names)
    live = Live(printer, job["total"], only)
    try:
        stream = events(api, "jobs", id, "log", "follow", outage=outage)
        return _until_end(_shown(live, stream, lambda: _unserved(api, id)))
    finally:
        live.close()


def follow_as_json(
    api: Client, id: str, *, only: str | None = None, outage: float = OUTAGE
) -> Document:
    """One event a line; with ``only`` those of one task, and of the job."""
    return _until_end(_printed(events(api, "jobs", id, "log", "follow", outage=outage), only))


def exit_code(end: Mapping[str, Any]) -> int:
    """0 for a job that completed, else the failing task's own code where it has one."""
    if end["state"] == "completed":
        return OK
    if end["state"] == "cancelled":
        return CANCELLED
    if end.get("reason") == "timeout":
        return TIMED_OUT
    return int(end.get("exit_code") or 0) or FAILED


@contextmanager
def cancelled_by_ctrl_c(api: Client, id: str) -> Iterator[None]:
    """The first Ctrl-C asks the job to end, and we go on to see it end; the second leaves."""
    asked: list[bool] = []

    def told(_number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        click.echo("\ncancelling; once more to leave at once", err=True)
        _cancel(api, id)

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(CANCELLED) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _cancel(api: Client, id: str) -> None:
    try:
        api.post("jobs", id, "cancel")
    except Failure as problem:  # it may just have ended
        click.echo(problem.message, err=True)


def _first_names(api: Client, id: str) -> list[str]:
    return [task["name"] for task in api.get("jobs", id, "tasks", query={"limit": _NAMES})["items"]]


def _shown(
    live: Live, stream: Iterable[Event], unserved: Callable[[], list[str]]
) -> Iterator[Event]:
    """A job that waits for a queue nobody serves would wait without a word, were it not told."""
    told: set[str] = set()
    for event in stream:
        live.show(event.kind, event.data)
        if event.kind == "beat" and not live.is_running:
            for queue in set(unserved()) - told:
                live.say(f"waiting: no node serves queue {queue}")
                told.add(queue)
        yield event


def _unserved(api: Client, id: str) -> list[str]:
    """Queues that tasks of the job are in, and that no node takes anything from."""
    query = {"state": "active", "limit": _NAMES}
    wanted = {task["queue"] for task in api.get("jobs", id, "tasks", query=query)["items"]}
    served = {queue["name"] for queue in api.get("queues")["items"] if queue["nodes"]}
    return sorted(wanted - served)


def _printed(stream: Iterable[Event], only: str | None) -> Iterator[Event]:
    for event in stream:
        if event.kind != "beat" and _concerns(event, only):
            click.echo(json.dumps({"event": event.kind, **event.data}))
            sys.stdout.flush()
        yield event


def _concerns(event: Event, only: str | None) -> bool:
    """Of the job, or of the one task asked for."""
    of = event.data.get("task" if event.kind == "log" else "name")
    return only is None or of in (None, only)


def _until_end(stream: Iterable[Event]) -> Document:
    end: Document = {}
    for event in stream:
        end = event.data
    return end
