"""Every variable that the code reads is in docs/configuration.md, and none besides."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from environs import Env

from windlass.coordinator.config import Config as Coordinator
from windlass.coordinator.dialects.cortex.settings import Settings as Cortex
from windlass.coordinator.dialects.daggy.settings import Settings as Daggy
from windlass.coordinator.dialects.linkis.settings import Settings as Linkis
from windlass.coordinator.dialects.tork.settings import Settings as Tork
from windlass.shared.ids import new_attempt_id, new_job_id, new_task_id
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Container, Layout
from windlass.worker.config import Config as Worker
from windlass.worker.introduction import introduced
from windlass.worker.runtimes.base import CACHE_VARIABLE

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
JOB_FORMAT = (ROOT / "docs/job-format.md").read_text(encoding="utf-8")

_ROW = re.compile(r"^\| `(WINDLASS_\w+)` \|", re.MULTILINE)
_NAME = re.compile(r"\bWINDLASS_[A-Z_]+[A-Z]\b")


def listed(heading: str) -> set[str]:
    section = CONFIGURATION.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return set(_ROW.findall(section))


def what_a_task_finds() -> set[str]:
    order = RunAttempt(
        attempt_id=new_attempt_id(),
        task_id=new_task_id(),
        job_id=new_job_id(),
        number=1,
        job_name="job",
        task_name="task",
        queue="default",
        container=Container(run="true"),
    )
    return {
        *introduced(order).container.env,
        Layout().output_variable,
        Layout().progress_variable,
        CACHE_VARIABLE,
    }


@pytest.mark.parametrize(
    ("heading", "read"),
    [
        ("The coordinator", Coordinator.from_env),
        ("The Tork door", Tork.from_env),
        ("The Daggy door", Daggy.from_env),
        ("The Cortex door", Cortex.from_env),
        ("The Linkis door", Linkis.from_env),
        ("The worker", Worker.from_env),
    ],
)
def test_a_servers_variables_are_all_listed(
    heading: str, read: Callable[[Env], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDLASS_DATABASE_URL", "postgresql://localhost/windlass")
    monkeypatch.setenv("WINDLASS_REDIS_URL", "redis://localhost/0")
    env = Env(eager=False)
    read(env)

    assert set(env.dump()) == listed(heading)


def test_every_variable_that_the_code_names_is_listed() -> None:
    sources = [*ROOT.glob("windlass/**/*.py"), ROOT / "docker-compose.yml"]
    named = {name for path in sources for name in _NAME.findall(path.read_text(encoding="utf-8"))}
    known = {name.removesuffix("_FILE") for name in named if name != "WINDLASS_HEALTH_FILE"}

    assert known <= set(_ROW.findall(CONFIGURATION)) | what_a_task_finds()


def test_what_a_task_is_told_is_listed() -> None:
    assert set(_ROW.findall(JOB_FORMAT)) == what_a_task_finds()
