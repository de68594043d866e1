"""A job as it runs: every log line with its task's name in front, and how far it has come."""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

import click

from windlass.cli.show.words import because, harmless
from windlass.shared.durations import show_duration

_PALETTE = ("cyan", "magenta", "blue", "yellow", "green", "bright_cyan", "bright_magenta")
_WIDEST = 28  # a longer name is shortened
_NAMED = 3  # so many tasks are named in the status line
_MARKS = {"completed": ("✓", "green"), "failed": ("✗", "red"), "cancelled": ("■", "yellow")}

Document = dict[str, Any]


class Printer(Protocol):
    def log(self, task: str, lines: Iterable[str]) -> None: ...
    def note(self, task: str, text: str, colour: str = "bright_black") -> None: ...
    def progress(self, text: str) -> None: ...
    def done(self) -> None: ...


class Names:
    """Aligned to the longest so far; a colour each, in the order of appearance."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._colours: dict[str, str] = {}
        self._width = 4
        for name in names:
            self.prefix(name)

    def prefix(self, name: str) -> str:
        short = name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…"
        self._width = max(self._width, len(short))
        colour = self._colours.setdefault(name, _PALETTE[len(self._colours) % len(_PALETTE)])
        return click.style(f"{short:{self._width}} | ", fg=colour)


class PlainPrinter:
    """For a pipe or a file: lines only, as the task wrote them."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def log(self, task: str, lines: Iterable[str]) -> None:
        prefix = self._names.prefix(task)
        self._write("".join(f"{prefix}{line}\n" for line in lines))

    def note(self, task: str, text: str, colour: str = "bright_black") -> None:
        self._write(f"{self._names.prefix(task)}{click.style(text, fg=colour)}\n")

    def progress(self, text: str) -> None:
        """Nothing to redraw."""

    def done(self) -> None:
        sys.stdout.flush()

    def _write(self, text: str) -> None:
        click.echo(text, nl=False)
        sys.stdout.flush()


class TerminalPrinter(PlainPrinter):
    """With a last line that tells how far the job is, drawn again below what is printed."""

    _status = ""

    def log(self, task: str, lines: Iterable[str]) -> None:
        super().log(task, map(harmless, lines))

    def progress(self, text: str) -> None:
        self._status = text[: shutil.get_terminal_size().columns - 1]
        self._write("")

    def done(self) -> None:
        self.progress("")
        super().done()

    def _write(self, text: str) -> None:
        status = click.style(self._status, dim=True)
        sys.stdout.write(f"\r\x1b[2K{text}{status}")
        sys.stdout.flush()


@dataclass
class _Seen:
    state: str = ""
    number: int | None = None
    node: str | None = None
    message: str = ""
    progress: float = 0.0


class Live:
    """Turns the events of one job into what a person wants to see."""

    def __init__(self, printer: Printer, total: int, only: str | None = None) -> None:
        self._printer = printer
        self._only = only
        self._began = monotonic()
        self._tasks: dict[str, _Seen] = {}
        self._partial: dict[tuple[str, str], str] = {}
        self._job: Document = {"total": total, "ended": 0, "failed": 0}

    def show(self, kind: str, data: Document) -> None:
        if kind == "log":
            self._show_log(data)
        elif kind == "task":
            self._show_task(data)
        elif kind == "job":
            self._job.update(data)
        self._printer.progress(self._status())

    @property
    def is_running(self) -> bool:
        """Some task has a node."""
        return any(task.state == "active" and task.node for task in self._tasks.values())

    def say(self, text: str) -> None:
        """About the job, beside what its tasks say."""
        self._printer.done()
        click.echo(text, err=True)

    def close(self) -> None:
        """Lines without an end are lines too, now that no more will come."""
        for (task, _), line in self._partial.items():
            if line:
                self._printer.log(task, [line])
        self._partial.clear()
        self._printer.done()

    def _show_log(self, data: Document) -> None:
        task, lines = data["task"], list(data["lines"])
        if self._only not in (None, task) or not lines:
            return
        key = (task, data["attempt"])
        lines[0] = self._partial.pop(key, "") + lines[0]
        if data.get("partial"):
            self._partial[key] = lines.pop()
        if lines:
            self._printer.log(task, lines)

    def _show_task(self, data: Document) -> None:
        name = data["name"]
        before = self._tasks.setdefault(name, _Seen())
        after = _Seen(
            data["state"],
            data.get("number"),
            data.get("node"),
            data.get("message") or "",
            data.get("progress") or 0.0,
        )
        if self._only in (None, name):
            self._tell(name, before, after, data)
        self._tasks[name] = after

    def _tell(self, name: str, before: _Seen, after: _Seen, data: Document) -> None:
        if after.state != before.state and after.state in _MARKS:
            mark, colour = _MARKS[after.state]
            self._printer.note(name, f"{mark} {_ending(data)}", colour)
        elif after.state == "skipped" != before.state:
            self._printer.note(name, f"- skipped: {because(data)}")
        elif after.node and (after.node, after.number) != (before.node, before.number):
            again = f", attempt {after.number}" if (after.number or 1) > 1 else ""
            self._printer.note(name, f"▸ running on {after.node}{again}")
        elif after.message and after.message != before.message:
            self._printer.note(name, f"  {after.message}")

    def _status(self) -> str:
        running = [
            f"{name} {task.progress:.0f}%" if task.progress else name
            for name, task in self._tasks.items()
            if task.state == "active" and task.node
        ]
        more = f" +{len(running) - _NAMED}" if len(running) > _NAMED else ""
        failed = f" · {self._job['failed']} failed" if self._job.get("failed") else ""
        done = f"[{self._job['ended']}/{self._job['total']}] {', '.join(running[:_NAMED])}{more}"
        return f"{done}{failed} · {show_duration(monotonic() - self._began)}"


def _ending(data: Document) -> str:
    why = because(data) if data["state"] != "completed" else ""
    return f"{data['state']}: {why}" if why else str(data["state"])
