import pytest

from windlass.shared.spec import Container, Limits
from windlass.shared.states import Reason
from windlass.worker import outcome as outcomes
from windlass.worker.outcome import Outcome
from windlass.worker.runtimes.base import OUTPUT_LIMIT, Exit, RuntimeBroken, Unrunnable

PLAIN = Container(run="true")


def test_exit_code_zero_completes() -> None:
    assert outcomes.of_exit(Exit(0), None, PLAIN) == Outcome(None, exit_code=0)


@pytest.mark.parametrize("code", range(1, 256))
def test_any_other_exit_code_fails_and_is_named(code: int) -> None:
    outcome = outcomes.of_exit(Exit(code), None, PLAIN)

    assert (outcome.reason, outcome.exit_code) == (Reason.EXIT_CODE, code)
    assert f"exit code {code}" in outcome.error


def test_a_signal_is_called_by_its_name() -> None:
    assert outcomes.of_exit(Exit(139), None, PLAIN).error == "exit code 139 (SIGSEGV)"


def test_out_of_memory_names_the_limit() -> None:
    outcome = outcomes.of_exit(
        Exit(137, oom=True), None, Container(run="x", limits=Limits(memory=64 << 20))
    )

    assert outcome.reason is Reason.OOM
    assert "64.0 MiB" in outcome.error


def test_a_timeout_names_the_limit() -> None:
    outcome = outcomes.of_exit(Exit(143), Reason.TIMEOUT, Container(run="x", timeout=90.0))

    assert (outcome.reason, outcome.error) == (Reason.TIMEOUT, "timed out after 1m30s")


def test_a_task_that_ends_well_when_told_to_is_cancelled_all_the_same() -> None:
    assert outcomes.of_exit(Exit(0), Reason.CANCELLED, PLAIN).reason is Reason.CANCELLED


def test_a_first_process_that_could_not_be_had_is_a_setup_failure() -> None:
    outcome = outcomes.of_exit(Exit(127, fault="no such program"), None, PLAIN)

    assert (outcome.reason, outcome.error) == (Reason.SETUP, "no such program")


def test_the_output_file_is_passed_on_as_text_that_can_be_stored() -> None:
    outcome = outcomes.with_output(Outcome(None, exit_code=0), b"a\0b\xff")

    assert outcome.output == "a\ufffdb\ufffd"


def test_an_output_file_that_is_too_long_is_a_failure() -> None:
    outcome = outcomes.with_output(Outcome(None, exit_code=0), b"x" * (OUTPUT_LIMIT + 1))

    assert outcome.reason is Reason.REJECTED
    assert "1.0 MiB" in outcome.error


def test_a_failed_task_has_no_output() -> None:
    failed = Outcome(Reason.EXIT_CODE, "exit code 1", 1)

    assert outcomes.with_output(failed, b"half done") == failed


def test_a_failure_ends_with_the_last_ten_lines() -> None:
    written = b"".join(b"line %d\n" % number for number in range(30))

    error = outcomes.with_last_lines(Outcome(Reason.EXIT_CODE, "exit code 1", 1), written).error

    assert error.splitlines()[0].startswith("exit code 1")
    assert error.splitlines()[1:] == [f"line {number}" for number in range(20, 30)]


@pytest.mark.parametrize("recent", [b"", b"\n\n"])
def test_a_silent_failure_says_no_more_than_that(recent: bytes) -> None:
    failed = Outcome(Reason.EXIT_CODE, "exit code 1", 1)

    assert outcomes.with_last_lines(failed, recent) == failed


def test_a_refusal_keeps_its_reason() -> None:
    refused = outcomes.of_refusal(Unrunnable(Reason.IMAGE, "no such image"))

    assert refused == Outcome(Reason.IMAGE, "no such image")


def test_trouble_of_the_node_is_charged_to_the_infrastructure() -> None:
    assert outcomes.of_trouble(RuntimeBroken("no daemon")).reason is Reason.NODE_LOST
    assert outcomes.of_trouble(ZeroDivisionError()).reason is Reason.NODE_LOST


def test_what_ran_longer_than_it_may_and_failed_has_been_stopped_whoever_did_it() -> None:
    patient = Container(run="x", timeout=5.0)

    assert outcomes.of_exit(Exit(143, seconds=5.1), None, patient).reason is Reason.TIMEOUT
    assert outcomes.of_exit(Exit(143, seconds=4.9), None, patient).reason is Reason.EXIT_CODE
    assert outcomes.of_exit(Exit(0, seconds=5.1), None, patient).reason is None


def test_a_step_that_failed_is_named() -> None:
    assert outcomes.of_exit(Exit(3, step="a"), None, PLAIN) == Outcome(
        Reason.EXIT_CODE, "step a: exit code 3", 3
    )


def test_a_step_that_took_too_long_is_named_with_its_time() -> None:
    assert outcomes.of_exit(Exit(137, step="a", late=2.0), None, PLAIN) == Outcome(
        Reason.TIMEOUT, "step a: timed out after 2.0s", 137
    )
