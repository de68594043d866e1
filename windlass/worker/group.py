"""The containers of a task that are one: whichever ends first ends all of them, and counts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty
from threading import Event, Thread
from time import monotonic
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from windlass.shared.spec import Liveness
from windlass.worker.errands import Answer, carry_out
from windlass.worker.liveness import dies
from windlass.worker.race import Race, stop_all
from windlass.worker.runtimes.base import Exit, Run, RuntimeBroken, Unrunnable
from windlass.worker.stages import Part, Plan

_OK = 200
_TO_END = 1.0  # seconds for one that has ended to be known for it
_SILENT = "it no longer answered its liveness probe"
_ANSWERED = None  # in the place of a container

Note = Literal["started", "first", "asked"]


class Notes(Protocol):
    """Outlives the worker, and the containers."""

    def note(self, id: UUID, what: Note = "started") -> None: ...

    def noted(self, what: Note = "started") -> list[UUID]: ...


class Group:
    """``begin`` starts a container, or gives the run of one that was started."""

    def __init__(self, plan: Plan, begin: Callable[[Part], Run], notes: Notes) -> None:
        self._plan = plan
        self._begin = begin
        self._notes = notes
        self._over = Event()
        self._began = 0.0
        self._runs: dict[UUID, tuple[Part, Run]] = {}
        self._dead: set[UUID] = set()  # those that were ended because they did not answer
        self.answer: bytes | None = None  # to the errand

    def done(self) -> Exit:
        """Once nothing of it runs."""
        try:
            part, exit = self._judged(*(self._decided() or self._raced()))
            if part is not _ANSWERED:
                self._notes.note(part.id, "first")
        finally:
            self._over.set()
            everyone = self._runs.values()
            stop_all((run, part.order.container.grace) for part, run in everyone)
        return _named(part, exit)

    def _decided(self) -> tuple[Part, Exit] | None:
        """By an earlier worker, which may have stopped the others."""
        first, asked = self._notes.noted("first"), self._notes.noted("asked")
        if not first and asked:
            raise RuntimeBroken("the worker that waited for its answer is gone")
        if not first:
            return None
        started = set(self._notes.noted())
        for part in self._plan.group:
            if part.id in started:
                self._runs[part.id] = part, self._begin(part)
        part, run = self._runs[first[0]]
        return part, run.wait()

    def _judged(self, part: Part | None, exit: Exit) -> tuple[Part | None, Exit]:
        """One that ends by itself has not done what the errand asks, whatever it says; nor has one
        that had to be ended."""
        if part is not None and part.id in self._dead:
            return part, replace(exit, code=exit.code or 1, oom=False, text=_SILENT)
        if self._plan.errand is None or part is _ANSWERED or exit.code != 0:
            return part, exit
        return part, replace(exit, code=1, text="ended before it had answered")

    def _raced(self) -> tuple[Part | None, Exit]:
        race: Race[Part | None] = Race()
        self._began = monotonic()
        try:
            for part in self._plan.group:
                run = self._begin(part)
                self._runs[part.id] = part, run
                race.enter(part, run.wait)
                self._look_after(part, run)
        except (Unrunnable, RuntimeBroken):
            # It may not start because another one has ended: that is what happened first.
            with suppress(Empty):
                return race.first(_TO_END)
            raise
        if self._plan.errand is not None:
            race.enter(_ANSWERED, self._answered)
        return race.first()

    def _look_after(self, part: Part, run: Run) -> None:
        asked = part.order.container.liveness
        if asked is not None:
            Thread(target=self._watch, args=(part, run, asked), daemon=True).start()

    def _watch(self, part: Part, run: Run, asked: Liveness) -> None:
        """End it where it does not answer: then it has ended first, like any other."""
        silent = dies(run, self._holder, asked, self._over)
        if silent and not self._over.wait(_TO_END):
            self._dead.add(part.id)
            while not self._over.is_set():
                with suppress(RuntimeBroken):
                    run.stop(part.order.container.grace)
                    return
                self._over.wait(_TO_END)

    @property
    def _holder(self) -> Run:
        """Of the network."""
        return self._runs[self._plan.group[0].id][1]

    def _answered(self) -> Exit | None:
        errand = self._plan.errand
        assert errand is not None  # noqa: S101 - whoever calls has looked
        answer = carry_out(self._holder, errand, self._over, self._about_to)
        if answer is None:
            return None
        self.answer = msgspec.json.encode({"status": answer.status, "seconds": answer.seconds})
        if answer.status == _OK or errand.tolerant:
            return Exit(0, seconds=monotonic() - self._began)
        return Exit(1, seconds=monotonic() - self._began, text=_refused(answer, errand.path))

    def _about_to(self) -> None:
        self._notes.note(self._plan.task.id, "asked")


def _refused(answer: Answer, path: str) -> str:
    if not answer.status:
        return f"POST {path}: the connection ended without an answer"
    return f"POST {path}: answered {answer.status}"


def _named(part: Part | None, exit: Exit) -> Exit:
    failed = exit.code != 0 or exit.fault is not None
    if part is not None and failed and part.stage.kind == "sidecar":
        return replace(exit, step=part.stage.name)
    return exit
