"""The command as a whole: quick to start, and completed by the shell."""

import subprocess
import sys

import pytest

from tests.support.stub_api import Answer, StubApi
from tests.unit.cli.conftest import Windlass
from windlass.cli.main import COMMANDS, main

HEAVY = {"rich", "yaml", "requests", "redis", "psycopg2", "flask", "celery", "docker", "ssl"}


def test_help_imports_nothing_that_takes_long() -> None:
    listing = "import sys, windlass.cli.main as m; m.main(['--help'], standalone_mode=False); "
    loaded = subprocess.run(
        [sys.executable, "-c", f"{listing} print('LOADED', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert HEAVY & set(loaded.stdout.partition("LOADED")[2].split()) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(windlass: Windlass, name: str) -> None:
    result = windlass(name, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: main {name}")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(windlass: Windlass, shell: str) -> None:
    assert f"_WINDLASS_COMPLETE={shell}_complete" in windlass("completion", shell).stdout


def test_ids_of_recent_jobs_are_completed(
    windlass: Windlass,
    api: StubApi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    jobs = [{"id": id, "name": "x", "state": "running"} for id in ("0193a", "0193b", "0200c")]
    api.on("GET /jobs", Answer({"items": jobs, "next": None}))
    monkeypatch.setenv("COMP_WORDS", "windlass cancel 0193")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("_WINDLASS_COMPLETE", "bash_complete")

    with pytest.raises(SystemExit):
        main(prog_name="windlass", complete_var="_WINDLASS_COMPLETE")

    assert capsys.readouterr().out.split() == ["plain,0193a", "plain,0193b"]
