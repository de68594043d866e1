"""However it ends, all of it ends, and nothing of it stays. The same on every runtime."""

from uuid import uuid4

import pytest

from tests.runtime.lab import Lab, finished, in_parallel, processes_with, read_until
from tests.support.waiting import until
from windlass.worker.runtimes.base import Exit, RuntimeBroken, Unrunnable

FOREVER = "while :; do sleep 0.1; done"
DEAF = "trap '' TERM INT HUP"


def test_stop_asks_before_it_kills(lab: Lab) -> None:
    run = lab.start(f"trap 'echo cleaning up; exit 3' TERM; echo ready; {FOREVER}")
    read_until(run, b"ready")

    run.stop(grace=30)

    outcome = finished(run)
    assert outcome.exit == Exit(3)
    assert b"cleaning up\n" in outcome.out


def test_stop_kills_what_ignores_it_after_the_grace(lab: Lab) -> None:
    run = lab.start(f"{DEAF}; echo ready; {FOREVER}")
    read_until(run, b"ready")

    run.stop(grace=0.3)

    assert finished(run).exit == Exit(137)


def test_a_command_without_a_shell_is_stopped_too(lab: Lab) -> None:
    run = lab.start(cmd=("sleep", "60"))

    run.stop(grace=30)

    assert run.wait() == Exit(143)


def test_stop_reaches_grandchildren_in_sessions_of_their_own(lab: Lab) -> None:
    grandchild = f"trap 'echo grandchild heard; exit' TERM; echo up; {FOREVER}"
    run = lab.start(
        f"""trap 'sleep 0.5; exit 4' TERM
        setsid sh -c "{grandchild}" &
        {FOREVER}"""
    )
    read_until(run, b"up")

    run.stop(grace=30)

    outcome = finished(run)
    assert outcome.exit == Exit(4)
    assert b"grandchild heard\n" in outcome.out


def test_nothing_of_a_stopped_run_is_left(lab: Lab) -> None:
    mark = f"mark-{uuid4().hex}"
    deaf = f"{DEAF}; echo up {mark}; {FOREVER}"
    run = lab.start(
        f"""{DEAF}
        sh -c "{deaf}" &
        setsid sh -c "{deaf}" &
        (setsid sh -c "{deaf}" &)
        while :; do sleep 0.1; done"""
    )
    until(lambda: len(processes_with(mark)) >= 3)

    run.stop(grace=0.1)

    assert processes_with(mark) == []
    assert run.wait() == Exit(137)


def test_a_run_ends_with_its_first_process_and_takes_the_rest_with_it(lab: Lab) -> None:
    mark = f"mark-{uuid4().hex}"
    run = lab.start(
        f"""(setsid sh -c "{DEAF}; echo {mark} in the background; {FOREVER}" &)
        until [ -e seen ]; do touch seen; sleep 0.3; done
        echo last words; exit 5""",
        workdir="/work",
    )

    outcome = finished(run)

    assert outcome.exit == Exit(5)
    assert b"last words\n" in outcome.out
    assert processes_with(mark) == []


def test_a_fork_bomb_can_be_stopped(lab: Lab) -> None:
    mark = f"mark-{uuid4().hex}"
    breed = f"for i in 1 2 3 4 5 6 7 8 9 10 11 12; do (setsid sh -c 'sleep 60 # {mark}' &); done"
    run = lab.start(f"{DEAF}; {breed}; echo bred; {FOREVER}")
    read_until(run, b"bred")

    run.stop(grace=0)

    assert processes_with(mark) == []


def test_stop_after_the_end_does_no_harm(lab: Lab) -> None:
    run = lab.start("exit 6")
    finished(run)

    run.stop(grace=10)

    assert run.wait() == Exit(6)


def test_wait_gives_the_same_answer_to_everybody(lab: Lab) -> None:
    run = lab.start("sleep 0.2; exit 7")
    seen: list[Exit] = []

    in_parallel(*[lambda: seen.append(run.wait())] * 4)

    assert seen == [Exit(7)] * 4


def test_a_second_stop_can_be_less_patient(lab: Lab) -> None:
    run = lab.start(f"{DEAF}; echo ready; {FOREVER}")
    read_until(run, b"ready")

    in_parallel(lambda: run.stop(grace=100), lambda: run.stop(grace=0.2))

    assert run.wait() == Exit(137)


def test_remove_may_be_called_twice_and_stop_after_it(lab: Lab) -> None:
    run = lab.start("true")
    finished(run)

    run.remove()
    run.remove()
    run.stop(grace=1)


def test_remove_ends_what_still_runs(lab: Lab) -> None:
    mark = f"mark-{uuid4().hex}"
    run = lab.start(f"echo ready; sh -c '{FOREVER} # {mark}'")
    read_until(run, b"ready")

    run.remove()

    assert processes_with(mark) == []


def test_stop_and_remove_at_the_same_time_do_no_harm(lab: Lab) -> None:
    run = lab.start(f"{DEAF}; echo ready; {FOREVER}")
    read_until(run, b"ready")

    in_parallel(lambda: run.stop(grace=0.1), lambda: run.stop(grace=5), run.remove, run.remove)


def test_a_removed_run_that_was_never_waited_for_is_said_to_be_unknown(lab: Lab) -> None:
    run = lab.start("true")
    finished(run)
    later = next(one.run for one in lab.restarted().adopt())

    run.remove()

    with pytest.raises(RuntimeBroken):
        later.wait()
    with pytest.raises(RuntimeBroken):
        list(later.output())


def test_a_refused_start_leaves_nothing_behind(lab: Lab) -> None:
    with pytest.raises(Unrunnable):
        lab.start("true", user="no-such-user-here")

    assert lab.runtime.adopt() == []
    assert lab.runtime.sweep(set()) == 0
