"""What a run leaves to know: its code, its bytes, its files. The same on every runtime."""

import hashlib
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

import pytest

from tests.runtime.lab import Lab, finished, order, read_until
from tests.support import images
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import OUTPUT_LIMIT, PIECE, Exit, Unrunnable


def test_a_script_runs_and_its_streams_are_kept_apart(lab: Lab) -> None:
    outcome = lab.outcome("echo to out; echo to err >&2")

    assert (outcome.exit, outcome.out, outcome.err) == (Exit(0), b"to out\n", b"to err\n")


def test_a_command_runs_without_a_shell(lab: Lab) -> None:
    outcome = lab.outcome(cmd=("echo", "$HOME", "a  b", ""))

    assert outcome.out == b"$HOME a  b \n"


def test_an_entrypoint_comes_before_the_command(lab: Lab) -> None:
    assert lab.outcome(entrypoint=("echo", "first"), cmd=("second",)).out == b"first second\n"


def test_an_entrypoint_gets_the_script_to_run(lab: Lab) -> None:
    outcome = lab.outcome("false\necho not reached", entrypoint=("sh", "-e"))

    assert (outcome.exit, outcome.out) == (Exit(1), b"")


@pytest.mark.parametrize("code", [0, 1, 2, 42, 125, 126, 127, 128, 130, 137, 143, 200, 255])
def test_the_exit_code_is_the_tasks_own(lab: Lab, code: int) -> None:
    assert lab.outcome(f"exit {code}").exit == Exit(code)


@pytest.mark.parametrize(("signal", "code"), [("KILL", 137), ("TERM", 143), ("SEGV", 139)])
def test_death_by_a_signal_is_told_as_a_shell_tells_it(lab: Lab, signal: str, code: int) -> None:
    assert lab.outcome(f"kill -{signal} $$; sleep 5").exit == Exit(code)


def test_a_missing_program_is_told_from_a_failing_one(lab: Lab) -> None:
    exit = lab.outcome(cmd=("no-such-program", "argument")).exit

    assert exit.code == 127
    assert exit.fault == "cannot execute 'no-such-program': no such file or directory"


def test_a_file_that_is_no_program_is_told_from_a_failing_one(lab: Lab) -> None:
    exit = lab.outcome(cmd=("/etc",)).exit

    assert exit.code == 126
    assert exit.fault == "cannot execute '/etc': permission denied"


def test_a_shells_own_127_is_no_fault(lab: Lab) -> None:
    outcome = lab.outcome("no-such-program")

    assert outcome.exit == Exit(127)
    assert b"not found" in outcome.err


def test_every_byte_survives(lab: Lab) -> None:
    every = "".join(f"\\{byte:03o}" for byte in range(256))

    outcome = lab.outcome(f"printf '{every}\\377\\376\\n\\000'; printf 'no newline \\351' >&2")

    assert outcome.out == bytes(range(256)) + b"\xff\xfe\n\0"
    assert outcome.err == b"no newline \xe9"


def test_lines_of_any_length_survive(lab: Lab) -> None:
    sizes = (1, 16383, 16384, 16385, 65536, 70000)
    script = "; ".join(f"head -c {size} /dev/zero | tr '\\0' x; echo" for size in sizes)

    assert lab.outcome(script).out == b"".join(b"x" * size + b"\n" for size in sizes)


@pytest.mark.parametrize("size", [1, 16384, 16385, 1_000_000])
def test_an_unfinished_last_line_survives(lab: Lab, size: int) -> None:
    outcome = lab.outcome(f"echo first; sleep 0.3; head -c {size} /dev/zero")

    assert outcome.out == b"first\n" + bytes(size)


def test_pieces_are_small(lab: Lab) -> None:
    run = lab.start("head -c 1000000 /dev/zero")

    assert max(len(data) for _, data in run.output()) <= PIECE


def test_output_is_the_same_on_every_call(lab: Lab) -> None:
    run = lab.start("for i in 1 2 3 4 5 6 7 8; do echo out $i; echo err $i >&2; done")

    first, second = (_joined(run.output()) for _ in range(2))

    assert first == second
    assert {data for stream, data in first if stream == "err"} != set()


def test_a_hundred_megabytes_arrive_whole(lab: Lab) -> None:
    run = lab.start("yes 0123456789abcdef0123456789abcdef0123456789abcdef | head -c 100000000")

    digest, size = hashlib.sha256(), 0
    for stream, data in run.output():
        if stream == "out":
            digest.update(data)
            size += len(data)

    line = b"0123456789abcdef" * 3 + b"\n"
    whole = (line * (100_000_000 // len(line) + 1))[:100_000_000]
    assert size == len(whole)
    assert digest.digest() == hashlib.sha256(whole).digest()
    assert run.wait() == Exit(0)


def test_output_comes_while_it_runs(lab: Lab) -> None:
    run = lab.start("echo early; sleep 60")

    assert read_until(run, b"early\n").endswith(b"early\n")


def test_silence_is_told_so_that_a_reader_can_flush(lab: Lab) -> None:
    run = lab.start("echo a; sleep 60")

    heard = iter(run.output())

    assert any(data == b"a\n" for _, data in heard)
    assert any(data == b"" for _, data in heard)


def test_env_is_the_tasks_and_not_the_workers(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_WORKER", "hunter2")

    outcome = lab.outcome("env", env={"GREETING": "hello $USER\nsecond line", "EMPTY": ""})

    assert b"GREETING=hello $USER\nsecond line\n" in outcome.out
    assert b"EMPTY=\n" in outcome.out
    assert b"hunter2" not in outcome.out


def test_files_lie_in_the_working_directory(lab: Lab) -> None:
    files = {"a.txt": "one", "sub/b.sh": "#!/bin/sh\necho two é", "empty": ""}

    outcome = lab.outcome("cat a.txt empty; ./sub/b.sh; touch new && ls", files=files)

    assert outcome.out == "onetwo é\na.txt\nempty\nnew\nsub\n".encode()


def test_files_lie_in_the_working_directory_that_was_asked_for(lab: Lab) -> None:
    outcome = lab.outcome("pwd; cat a.txt", files={"a.txt": "one"}, workdir="/data/in")

    assert outcome.out.endswith(b"/data/in\none")


def test_a_working_directory_is_made(lab: Lab) -> None:
    assert lab.outcome("pwd", workdir="/some/where").out.endswith(b"/some/where\n")


@pytest.mark.parametrize(
    "name", ["../out", "/etc/passwd", "a/../../out", "", ".", "..", "a\0b", "a/", "x" * 300]
)
def test_a_file_outside_the_working_directory_is_rejected(lab: Lab, name: str) -> None:
    with pytest.raises(Unrunnable, match="files:") as refusal:
        lab.runtime.start(order("true", files={name: "content"}))

    assert refusal.value.reason == Reason.REJECTED


@pytest.mark.parametrize(
    ("field", "container"),
    [
        ("env", {"env": {"A": "a\0b"}}),
        ("env", {"env": {"A=B": "c"}}),
        ("env", {"env": {"": "c"}}),
        ("cmd", {"cmd": ("echo", "a\0b")}),
        ("run", {"run": "echo \0"}),
        ("user", {"user": "a\0b"}),
        ("workdir", {"workdir": "/a\0b"}),
    ],
)
def test_text_that_no_process_can_have_is_rejected(
    lab: Lab, field: str, container: dict[str, object]
) -> None:
    with pytest.raises(Unrunnable, match=f"{field}:") as refusal:
        lab.runtime.start(order(**container))  # type: ignore[arg-type]  # likewise

    assert refusal.value.reason == Reason.REJECTED


def test_what_is_written_to_the_output_file_is_the_result(lab: Lab) -> None:
    run = lab.start('printf "the \\377 result" > "$WINDLASS_OUTPUT"')
    finished(run)

    assert run.result() == b"the \xff result"


def test_there_is_no_result_unless_one_is_written(lab: Lab) -> None:
    run = lab.start("true")
    finished(run)

    assert run.result() is None
    assert run.progress() is None


def test_a_result_is_cut_one_byte_above_its_limit(lab: Lab) -> None:
    run = lab.start('head -c 3000000 /dev/zero > "$WINDLASS_OUTPUT"')
    finished(run)

    assert run.result() == bytes(OUTPUT_LIMIT + 1)


@pytest.mark.parametrize(
    "trick",
    [
        'ln -s /etc/passwd "$WINDLASS_OUTPUT"',
        'mkfifo "$WINDLASS_OUTPUT"',
        'mkdir "$WINDLASS_OUTPUT"',
    ],
)
def test_only_a_plain_file_is_a_result(lab: Lab, trick: str) -> None:
    run = lab.start(trick)

    assert finished(run).exit == Exit(0)
    assert run.result() is None


def test_progress_can_be_read_while_it_runs(lab: Lab) -> None:
    run = lab.start('echo 42 > "$WINDLASS_PROGRESS"; echo written; sleep 60')
    read_until(run, b"written")

    assert run.progress() == b"42\n"


def test_the_image_is_needed_by_name_only_where_there_are_images(lab: Lab) -> None:
    """Examples name an image, and run on both."""
    assert lab.outcome("echo it runs", image=images.SHELL).out == b"it runs\n"


def _joined(output: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Neighbours of one stream together: how they are cut does not matter."""
    written = ((stream, data) for stream, data in output if data)
    return [
        (stream, b"".join(data for _, data in together))
        for stream, together in groupby(written, key=itemgetter(0))
    ]
