"""What is different where there are no containers."""

import os
import pwd
import signal
from pathlib import Path

import pytest

from tests.runtime.lab import Lab, finished, only_root, order, parent_of, read_until, refusal, runs
from tests.support.waiting import until
from windlass.shared.spec import Limits, Mount
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit, RuntimeBroken

SECRET = "hunter2-of-the-task"


@pytest.fixture
def lab(process_lab: Lab) -> Lab:
    return process_lab


def test_every_exit_code_comes_through(lab: Lab) -> None:
    runs = {code: lab.start(cmd=("sh", "-c", f"exit {code}")) for code in range(256)}

    assert {code: run.wait() for code, run in runs.items()} == {c: Exit(c) for c in range(256)}


def test_what_is_not_used_is_said_once(lab: Lab) -> None:
    outcome = lab.outcome("true", limits=Limits(cpus=2), shm=1024)

    assert outcome.sys == (
        b"not used, as this node runs plain processes: limits.cpus 2, shm 1024\n"
    )


def test_an_image_is_not_worth_a_word(lab: Lab) -> None:
    assert lab.outcome("true", image="alpine:3").sys == b""


@pytest.mark.parametrize(
    "container",
    [
        {"mounts": (Mount(kind="volume", target="/data"),)},
        {"networks": ("some",)},
        {"gpus": "all"},
        {"workdir": "../../etc"},
    ],
)
def test_what_a_task_would_rely_on_is_rejected(lab: Lab, container: dict[str, object]) -> None:
    assert refusal(lab, **container).reason == Reason.REJECTED


def test_something_must_be_run(lab: Lab) -> None:
    with pytest.raises(Exception, match="neither run nor cmd") as caught:
        lab.runtime.start(order())

    assert getattr(caught.value, "reason", None) == Reason.SETUP


def test_a_process_over_its_memory_limit_fails(lab: Lab) -> None:
    script = "tail /dev/zero"

    outcome = lab.outcome(script, limits=Limits(memory=64 << 20))

    assert outcome.exit.code != 0
    assert b"memory" in outcome.err


def test_a_log_over_its_limit_ends_the_run_and_is_kept(lab: Lab) -> None:
    limited = lab.restarted(log_limit=300_000)
    run = limited.start(order("yes; sleep 60"))

    outcome = finished(run)

    assert outcome.exit.code == 137
    assert outcome.sys.endswith(b"stopped: its log is over 300000 bytes\n")
    assert len(outcome.out) >= 299_000


def test_nothing_on_disk_holds_the_environment_of_a_task(lab: Lab) -> None:
    run = lab.start("echo up; sleep 60", env={"TOKEN": SECRET})
    read_until(run, b"up")

    files = [path for path in lab.config.state_dir.rglob("*") if path.is_file()]

    assert files
    assert all(SECRET.encode() not in path.read_bytes() for path in files)


def test_an_attempts_directory_is_private(lab: Lab) -> None:
    lab.start("sleep 60")

    (work,) = lab.config.state_dir.rglob("task")

    assert work.stat().st_mode & 0o077 == 0
    assert work.parent.stat().st_mode & 0o077 == 0


def test_no_program_gains_rights_by_its_set_uid_bit(lab: Lab) -> None:
    assert b"NoNewPrivs:\t1" in lab.outcome("cat /proc/self/status").out


def test_a_task_runs_as_the_user_it_names(lab: Lab) -> None:
    only_root()
    nobody = pwd.getpwnam("nobody")

    run = lab.start(
        'id -u; id -g; id -G; cat a; echo new > b; echo result > "$WINDLASS_OUTPUT"',
        user="nobody",
        files={"a": "content\n"},
    )

    outcome = finished(run)
    assert outcome.out == b"%d\n%d\n%d\ncontent\n" % (
        nobody.pw_uid,
        nobody.pw_gid,
        nobody.pw_gid,
    )
    assert run.result() == b"result\n"


def test_a_task_of_another_user_cannot_read_what_the_worker_keeps(lab: Lab) -> None:
    only_root()

    outcome = lab.outcome("cat $HOME/../../order $HOME/../../spool; ls $HOME/../..", user="nobody")

    assert outcome.out == b""
    assert outcome.err.count(b"ermission denied") == 3


def test_a_result_that_is_another_name_of_a_file_is_none(lab: Lab, tmp_path: Path) -> None:
    secret = lab.config.state_dir / "secret"
    secret.write_text("of the worker")
    run = lab.start(f'ln {secret} "$WINDLASS_OUTPUT"')

    assert finished(run).exit == Exit(0)
    assert run.result() is None


def test_a_directory_without_rights_is_removed(lab: Lab) -> None:
    run = lab.start("mkdir -p a/b/c; touch a/b/c/d; chmod 000 a/b/c a/b a")
    finished(run)

    run.remove()

    assert not list(lab.config.state_dir.rglob("*-*-*"))


def test_remove_does_not_follow_links_out(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    run = lab.start(f"ln -s {tmp_path} link")
    finished(run)

    run.remove()

    assert (tmp_path / "precious").read_text() == "kept"


def test_a_killed_guardian_takes_its_task_along(lab: Lab) -> None:
    run = lab.start("echo pid $$ is it; (setsid sleep 61.5 &); sleep 62.5")
    task = int(read_until(run, b"is it\n").split(b"pid ")[1].split()[0])
    (record,) = lab.config.state_dir.rglob("guardian")

    os.kill(int(record.read_text().split()[0]), signal.SIGKILL)

    with pytest.raises(RuntimeBroken):
        run.wait()
    until(lambda: not runs(task))


def test_a_killed_supervisor_harms_neither_what_runs_nor_what_comes(lab: Lab) -> None:
    run = lab.start("echo up; sleep 0.5; exit 3")
    read_until(run, b"up")
    (record,) = lab.config.state_dir.rglob("guardian")
    supervisor = parent_of(int(record.read_text().split()[0]))

    os.kill(supervisor, signal.SIGKILL)

    assert lab.outcome("exit 4").exit == Exit(4)
    assert run.wait() == Exit(3)


def test_a_guardian_that_is_told_to_stop_by_a_stranger_stops_its_task(lab: Lab) -> None:
    run = lab.start("trap 'echo heard; exit 5' TERM; echo up; while :; do sleep 0.1; done")
    read_until(run, b"up")
    (record,) = lab.config.state_dir.rglob("guardian")

    os.kill(int(record.read_text().split()[0]), signal.SIGTERM)

    assert finished(run).exit == Exit(5)


def test_the_supervisor_ends_when_its_worker_and_its_tasks_have(lab: Lab) -> None:
    passing = lab.restarted()
    run = passing.start(order("sleep 0.5"))
    (record,) = lab.config.state_dir.rglob("guardian")
    supervisor = parent_of(int(record.read_text().split()[0]))

    passing.close()

    assert run.wait() == Exit(0)
    until(lambda: not runs(supervisor))


def test_scratch_that_nobody_asked_for_is_not_worth_a_word_either(lab: Lab) -> None:
    scratch = Mount(kind="volume", target="/mnt", scratch=True)

    outcome = lab.outcome("echo said", mounts=(scratch,))

    assert (outcome.out, outcome.sys) == (b"said\n", b"")
