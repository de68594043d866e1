"""Clients: each submits one job after the other, and steers those that are to be steered."""

from dataclasses import dataclass
from random import Random
from threading import Event, Thread
from time import monotonic

from crash.api import Api, Closed
from crash.effects import Effects
from crash.kinds import any_plan
from crash.plan import Plan, Steer
from crash.scripts import Setting
from windlass.cli.client import Body
from windlass.cli.failures import Conflict, Failure

_MOST_OPEN = 8  # jobs of one client
_PAUSE = 0.1
_ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass
class Case:
    plan: Plan
    key: str
    steer_at: float
    job: str | None = None  # once a coordinator has said that it has taken it
    refused: str = ""
    steered: bool = False
    over: bool = False


class Customer(Thread):
    def __init__(self, name: str, api: Api, settings: list[Setting], effects: Effects) -> None:
        super().__init__(name=name, daemon=True)
        self.cases: list[Case] = []
        self.broke: str = ""
        self._api = api
        self._settings = settings
        self._effects = effects
        self._random = Random(name)
        self._closing = Event()

    def close(self) -> None:
        """Submit nothing more; it ends when all its jobs have."""
        self._closing.set()

    def run(self) -> None:
        try:
            while not self._is_done():
                self._work()
        except Closed:
            pass
        except Exception as problem:
            self.broke = repr(problem)

    def _is_done(self) -> bool:
        return self._closing.is_set() and not self._open()

    def _open(self) -> list[Case]:
        return [case for case in self.cases if not case.over]

    def _work(self) -> None:
        if not self._closing.is_set() and len(self._open()) < _MOST_OPEN:
            self._submit()
        for case in self._open():
            self._look(case)
        Event().wait(_PAUSE)

    def _submit(self) -> None:
        plan = any_plan(self._random.choice(self._settings), self._random)
        key = f"{self.name}-{len(self.cases)}"
        case = Case(plan, key, monotonic() + self._random.uniform(0.0, 6.0))
        self.cases.append(case)
        try:
            headers = {"Idempotency-Key": key}
            made = self._api.ask("POST", "jobs", body=Body.of(plan.document), headers=headers)
            case.job = made["id"]
        except Failure as problem:
            case.refused, case.over = problem.message, True

    def _look(self, case: Case) -> None:
        assert case.job is not None
        try:
            if case.plan.steer is Steer.CANCEL and not case.steered:
                self._cancel(case, case.job)
            shown = self._api.ask("GET", "jobs", case.job)
            if case.plan.steer is Steer.RESTART and _has_failed_at_first(shown):
                self._restart(case, case.job)
            elif shown["state"] in _ENDED and shown["epoch"] >= case.plan.epochs:
                case.over = True
        except Failure as problem:
            case.refused, case.over = problem.message, True

    def _cancel(self, case: Case, job: str) -> None:
        if monotonic() > case.steer_at:
            self._api.ask("POST", "jobs", job, "cancel")
            case.steered = True

    def _restart(self, case: Case, job: str) -> None:
        self._effects.raise_flag(case.plan.document["metadata"]["flag"])
        try:
            self._api.ask("POST", "jobs", job, "restart")
        except Conflict:  # an earlier call of ours got through, though not its answer
            case.steered = True


def _has_failed_at_first(job: dict[str, object]) -> bool:
    return job["epoch"] == 1 and job["state"] == "failed"
