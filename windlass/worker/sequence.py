"""One attempt of several containers, as one run: steps before, the task with its sidecars, steps
after.

Each is started through the runtime with an id derived from the attempt's, and kept until all are
removed. So whoever goes on after a crash only starts them all again: those that were started give
their run, and how it ended, and the first that was not is where the sequence stood.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from threading import Condition, Event, Lock, Timer
from uuid import UUID

from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.worker import ports, stages
from windlass.worker.group import Group, Notes
from windlass.worker.probing import is_ready
from windlass.worker.runtimes.base import (
    Adopted,
    Exit,
    Run,
    Runtime,
    RuntimeBroken,
    Stream,
    Unrunnable,
)
from windlass.worker.stages import Part

_LOOK = 0.1  # seconds
_STOPPED = Exit(143)  # between two of its containers


class _Stopped(Exception):
    """It was asked to stop before its next container was started."""


class Sequence:
    """Its steps are taken by whoever waits for it. Threads may share it."""

    def __init__(
        self,
        runtime: Runtime,
        order: RunAttempt,
        found: Mapping[UUID, Adopted],
        notes: Notes,
    ) -> None:
        self._runtime = runtime
        self._plan = stages.of(order)
        self._found = dict(found)
        self._notes = notes
        self._runs: dict[UUID, Run] = {id: one.run for id, one in found.items()}
        self._spoken: list[Run] = []  # in the order of the log
        self._changes = Condition()
        self._over = False
        self._stopping = Event()
        self._starting = Lock()
        self._waiting = Lock()
        self._exit: Exit | None = None
        self._seconds = 0.0
        self._group = Group(self._plan, self._begun_of_group, notes)

    # What a run can do

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        told = 0
        while True:
            over = self._over  # looked at first: nobody speaks after that
            if told < len(self._spoken):
                yield from self._spoken[told].output()
                told += 1
            elif over:
                return
            else:
                yield "out", b""
                self._next(told)

    def _next(self, told: int) -> None:
        with self._changes:
            self._changes.wait_for(lambda: self._over or len(self._spoken) > told, _LOOK)

    def wait(self) -> Exit:
        with self._waiting:
            if self._exit is None:
                try:
                    self._exit = self._carried_out()
                except _Stopped:
                    self._exit = _STOPPED
                finally:
                    with self._changes:
                        self._over = True
                        self._changes.notify_all()
            return self._exit

    def stop(self, grace: float) -> None:
        self._stopping.set()
        with self._starting:
            runs = self._runs_now()
        for part, run in runs:
            apart = part.stage.kind == "sidecar" and not self._plan.together
            run.stop(0 if apart else grace)

    def result(self) -> bytes | None:
        run = self._runs.get(self._plan.task.id)
        return self._group.answer or (run.result() if run else None)

    def progress(self) -> bytes | None:
        run = self._runs.get(self._plan.task.id)
        return run.progress() if run else None

    def remove(self) -> None:
        self._stopping.set()
        with self._starting:
            runs = self._runs_now()
        for _, run in runs:
            run.remove()

    def _runs_now(self) -> list[tuple[Part, Run]]:
        """The task before what is beside it."""
        plan = self._plan
        parts = (*plan.pre, plan.task, *plan.post, *plan.sidecars)
        return [(part, self._runs[part.id]) for part in parts if part.id in self._runs]

    # The way through

    def _carried_out(self) -> Exit:
        self._check_found()
        for part in self._plan.pre:
            exit = self._done(part)
            if exit.code != 0 or exit.fault is not None:
                return exit
        exit = self._task_done()
        for part in self._plan.post:
            if exit.code != 0 or exit.fault is not None:
                break
            exit = self._done(part)
        return exit

    def _check_found(self) -> None:
        """What ran after another that is gone cannot tell how that ended."""
        plan = self._plan
        there = [part.id in self._found for part in (*plan.pre, plan.task, *plan.post)]
        lost = set(self._notes.noted()) - self._found.keys()
        if lost or there != sorted(there, reverse=True):
            raise RuntimeBroken("a container of it was removed by somebody else")

    def _task_done(self) -> Exit:
        if self._plan.is_group:
            return self._group_done()
        began = self._plan.task.id in self._found
        try:
            for part in self._plan.sidecars:
                if not began:
                    self._begin_beside(part)
            return self._done(self._plan.task)
        finally:
            self._end_beside()

    def _group_done(self) -> Exit:
        with self._turn() as ours:
            if not ours:
                raise _Stopped
            try:
                exit = self._group.done()
            finally:
                self._end_beside()
        self._seconds += exit.seconds or 0.0
        return replace(exit, seconds=self._seconds)

    def _turn(self) -> AbstractContextManager[bool]:
        """To listen, where others could not do so at the same time."""
        errand = self._plan.errand
        if errand is None or self._runtime.has_networks:
            return nullcontext(True)
        return ports.alone(errand.port, self._stopping)

    def _begun_of_group(self, part: Part) -> Run:
        if part.stage.kind == "sidecar":
            self._begin_beside(part)
            return self._runs[part.id]
        run = self._begun(part)
        self._speaks(run)
        return run

    def _begin_beside(self, part: Part) -> None:
        """Unrunnable when it cannot be started, or is not ready in its time."""
        try:
            run = self._begun(part)
        except Unrunnable as problem:
            text = f"error starting sidecar container: {problem}"
            raise Unrunnable(Reason.SETUP, text) from problem
        if part.probe is not None and not is_ready(run, part.probe, self._stopping):
            if self._stopping.is_set():
                raise _Stopped
            raise Unrunnable(Reason.SETUP, stages.not_ready(run, part.probe))

    def _end_beside(self) -> None:
        for part in self._plan.sidecars:
            run = self._runs.get(part.id)
            if run is not None:
                run.stop(0)
                self._speaks(run)

    def _done(self, part: Part) -> Exit:
        run = self._begun(part)
        self._speaks(run)
        limit = _Limit(run, part, self._found.get(part.id))
        try:
            exit = run.wait()
        finally:
            limit.cancel()
        self._seconds += exit.seconds or 0.0
        return replace(limit.judged(exit), seconds=self._seconds)

    def _begun(self, part: Part) -> Run:
        with self._starting:
            run = self._runs.get(part.id)
            if run is None:
                if self._stopping.is_set():
                    raise _Stopped
                run = self._runs[part.id] = self._runtime.start(part.order)
                self._notes.note(part.id)
            return run

    def _speaks(self, run: Run) -> None:
        with self._changes:
            self._spoken.append(run)
            self._changes.notify_all()


class _Limit:
    """The time that a step has for itself; the task's own is the attempt's."""

    def __init__(self, run: Run, part: Part, found: Adopted | None) -> None:
        self._part = part
        self._passed = Event()
        self._run = run
        self._timer: Timer | None = None
        if part.limit is not None:
            left = max(0.0, part.limit - (found.age if found else 0.0))
            self._timer = Timer(left, self._end)
            self._timer.daemon = True
            self._timer.start()

    def _end(self) -> None:
        self._passed.set()
        self._run.stop(self._part.order.container.grace)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def judged(self, exit: Exit) -> Exit:
        """With the name of a step that failed, and whether it was late: also where an earlier
        worker stopped it."""
        if self._part.stage.kind == "task" or (exit.code == 0 and exit.fault is None):
            return exit
        limit = self._part.limit
        over = limit is not None and (exit.seconds or 0.0) >= limit
        late = limit if self._passed.is_set() or over else None
        return replace(exit, step=self._part.stage.name, late=late)
