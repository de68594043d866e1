"""One run: the stream and the chaos, then the settling, then the verdict."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic, sleep

from crash import leftovers
from crash.api import Api
from crash.chaos import Chaos
from crash.clients import Case, Customer
from crash.effects import Effects
from crash.judge import Finding, Judge
from crash.stack import Stack
from windlass.embedded.docker import out_of_reach, why_not

IMAGE = "busybox:1.36"
_CUSTOMERS = 4
_SETTLING = 150.0  # seconds; Redis without its data costs up to a minute
_TICK = 0.02


@dataclass(frozen=True, kw_only=True)
class Options:
    seconds: float
    seed: int
    runtime: str


class Crash:
    def __init__(self, options: Options, directory: Path) -> None:
        self._options = options
        self._directory = directory
        self._effects = Effects(directory / "effects")
        self._stack = Stack(
            directory, self._effects.directory, options.runtime, _image(options.runtime)
        )
        self._closed = Event()
        self._api = Api(self._stack.servers, self._closed, _random(options, "api"))
        self._chaos = Chaos(self._stack, _random(options, "chaos"))
        self._customers: list[Customer] = []

    def run(self) -> bool:
        """Whether nothing was lost, done twice or stuck."""
        try:
            self._stack.start()
            self._hurt()
            self._settle()
            findings = self._judge()
        finally:
            self._closed.set()
            unwilling = self._stack.end()
        findings += [Finding("stuck", f"{name} did not end") for name in unwilling]
        findings += [Finding("stuck", text) for text in leftovers.of_ours(self._directory)]
        return self._tell(findings)

    def _hurt(self) -> None:
        settings = self._stack.settings()
        for number in range(_CUSTOMERS):
            name = f"{self._options.seed}-{number}"
            self._customers.append(Customer(name, self._api, settings, self._effects))
            self._customers[-1].start()
        deadline = monotonic() + self._options.seconds
        while monotonic() < deadline:
            self._chaos.step()
            self._stack.tend()
            sleep(_TICK)

    def _settle(self) -> None:
        began = monotonic()
        for customer in self._customers:
            customer.close()
        self._stack.thaw()
        while any(customer.is_alive() for customer in self._customers):
            if monotonic() > began + _SETTLING:
                break
            self._stack.tend()
            sleep(_TICK)
        end = max(monotonic() + 60.0, began + _SETTLING)
        leftovers.wait_until_clean(self._api, self._directory, self._stack.tend, end)
        print(f"settled in {monotonic() - began:.1f} s")

    def _judge(self) -> list[Finding]:
        judge = Judge(self._api, *self._effects.read())
        findings = []
        with ThreadPoolExecutor(_CUSTOMERS) as pool:
            verdicts = list(pool.map(judge.of, self._cases()))
        for case, verdict in zip(self._cases(), verdicts, strict=True):
            found: dict[str, list[str]] = {}
            for finding in verdict:
                found.setdefault(finding.word, []).append(finding.text)
            case.over = not found
            name = f"{case.plan.kind} {case.job}"
            findings += [Finding(word, f"{name}: {'; '.join(t)}") for word, t in found.items()]
        total = sum(self._api.ask("GET", "jobs", "totals")["by_state"].values())
        taken = sum(case.job is not None for case in self._cases())
        findings += [Finding("twice", "a job was made twice")] * (total - taken)
        left = leftovers.everything(self._api, self._directory)
        findings += [Finding("stuck", text) for text in left]
        broken = [customer.broke for customer in self._customers if customer.broke]
        return findings + [Finding("lost", text) for text in broken]

    def _cases(self) -> Sequence[Case]:
        return [case for customer in self._customers for case in customer.cases]

    def _tell(self, findings: Sequence[Finding]) -> bool:
        for finding in findings:
            print(f"{finding.word}: {finding.text}")
        for message, count in self._api.strange.items():
            print(f"a coordinator answered, {count} times: {message}")
        _list("killed", self._chaos.kills)
        _list("frozen", self._chaos.freezes)
        cases, words = self._cases(), Counter(finding.word for finding in findings)
        if findings:
            print(f"kept: {self._directory}")
        print(
            f"submitted {sum(case.job is not None for case in cases)}"
            f" completed {sum(case.over for case in cases)}"
            f" lost {words['lost']} twice {words['twice']} stuck {words['stuck']}"
            f" kills {self._chaos.kills.total()}"
        )
        return not findings


def crash(options: Options) -> bool:
    directory = Path(tempfile.mkdtemp(prefix="windlass-crash-"))
    directory.chmod(0o755)  # an unprivileged Postgres passes through
    good = Crash(options, directory).run()
    if good:
        shutil.rmtree(directory)
    return good


def chosen_runtime(wanted: str) -> str:
    """``auto``: Docker as well, where it answers and has the image or can have it."""
    if wanted != "auto":
        return wanted
    trouble = why_not() or out_of_reach(IMAGE)
    if trouble:
        print(f"plain processes only: {trouble}")
        return "process"
    return "auto"


def _image(runtime: str) -> str | None:
    return None if runtime == "process" else IMAGE


def _random(options: Options, part: str) -> Random:
    return Random(f"{options.seed} {part}")


def _list(what: str, counts: Counter[str]) -> None:
    shown = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    print(f"{what}: {shown or 'nothing'}")
