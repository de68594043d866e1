"""What has ended, for whoever counts: told by the process whose transaction ended it, once that is
committed. Only of jobs made of templates: of others nobody has asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from windlass.shared.states import JobState, TaskState


@dataclass(frozen=True, kw_only=True)
class JobEnded:
    """``seconds``: since its submission; ``nested``: it has composites."""

    door: str
    name: str
    state: JobState
    seconds: float
    nested: bool


@dataclass(frozen=True, kw_only=True)
class PartEnded:
    """A task that a composite of a job consists of."""

    door: str
    job_name: str
    state: TaskState
    output: str | None


@dataclass
class Endings:
    jobs: list[JobEnded] = field(default_factory=list)
    parts: list[PartEnded] = field(default_factory=list)

    def of(self, door: str) -> "Endings":
        return Endings(
            [job for job in self.jobs if job.door == door],
            [part for part in self.parts if part.door == door],
        )

    def doors(self) -> set[str]:
        return {job.door for job in self.jobs} | {part.door for part in self.parts}


Listener = Callable[[Endings], None]
