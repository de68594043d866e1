"""Scripts, run by the shell they are written for."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from windlass.coordinator.engine import check, expressions
from windlass.coordinator.entrypoint import environment, translate
from windlass.coordinator.entrypoint.request import Entrypoint, Environment


def run(tmp_path: Path, command: str, **asked: Any) -> "subprocess.CompletedProcess[str]":
    """As a worker does, who has evaluated what is an expression."""
    entrypoint = Entrypoint(
        command=command, id="a-job", owner="", image=None, environment=environment.read(asked)
    )
    spec = translate.to_job_spec(entrypoint)
    assert check.problems(spec) == []
    container = spec.tasks[0].container
    env = {name: expressions.render(value, {}) for name, value in container.env.items()}
    output = {"WINDLASS_OUTPUT": str(tmp_path / "output")}
    return subprocess.run(
        ["sh", "-c", container.run or ""],
        env={"PATH": os.environ["PATH"], "HOME": "/home/me", **env, **output},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("a${HOME}b", "a/home/meb"),
        ("$HOME/x:$HOME", "/home/me/x:/home/me"),
        ("${NOPE}x", "x"),
        ("${nope}x", "${nope}x"),
        ("$NOPE x", "$NOPE x"),
        ("p$$w$", "p$$w$"),
        ("${}$1 ${a b}", "${}$1 ${a b}"),
        ("`id` $(id) \\ \" ' *", "`id` $(id) \\ \" ' *"),
        ("{{ 1 + 1 }}", "{{ 1 + 1 }}"),
        ("$HOME\nsecond line\n", "/home/me\nsecond line\n"),
    ],
)
def test_variables_are_expanded_as_ray_does_and_never_run(
    tmp_path: Path, value: str, expected: str
) -> None:
    done = run(tmp_path, 'printf "%s|" "$VALUE"', env_vars={"VALUE": value})

    assert done.stdout.endswith(f"\n{expected}|")


def test_a_path_may_refer_to_itself(tmp_path: Path) -> None:
    done = run(tmp_path, 'echo "$PATH"', env_vars={"PATH": "/mine:$PATH"})

    assert done.stdout.splitlines()[-1] == f"/mine:{os.environ['PATH']}"


def test_values_are_no_part_of_the_script() -> None:
    entrypoint = Entrypoint(
        command="true",
        id="a-job",
        owner="",
        image=None,
        environment=Environment(env_vars={"PASSWORD": "hid$HOMEden"}),
    )

    container = translate.to_job_spec(entrypoint).tasks[0].container

    assert "hid" not in (container.run or "")


def test_the_entrypoint_is_announced_once_and_becomes_the_process(tmp_path: Path) -> None:
    done = run(tmp_path, "echo 'out'; echo err >&2; kill -TERM $$")

    announced = "Running entrypoint for job a-job: echo 'out'; echo err >&2; kill -TERM $$"
    assert done.stdout == f"{announced}\nout\nerr\n"
    assert done.returncode == -15


def test_what_cannot_be_set_up_says_so_in_its_output_file(tmp_path: Path) -> None:
    done = run(tmp_path, "echo never", conda="base")

    assert done.returncode == 1
    assert "never" not in done.stdout
    assert (tmp_path / "output").read_text().startswith("windlass: setup failed: conda")


def test_a_working_directory_and_modules_lead_the_python_path(tmp_path: Path) -> None:
    (tmp_path / "working_dir").mkdir()

    done = run(
        tmp_path / "working_dir",
        'echo "$PYTHONPATH"',
        py_modules=["gcs://a.zip"],
        env_vars={"PYTHONPATH": "/mine"},
    )

    here = tmp_path / "working_dir"
    assert done.stdout.splitlines()[-1] == f"{here}:{tmp_path}/py_modules/0:/mine"
