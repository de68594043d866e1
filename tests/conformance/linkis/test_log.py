"""The log of a task, by pages and whole."""

import re
from collections.abc import Iterator

import pytest

from tests.conformance.linkis.client import Linkis, code
from tests.support.logs import piece

ERROR, WARN, INFO, ALL = range(4)
PRINTED = "one\n\n2024-01-01 10:00:00.000 ERROR two\n\tat three\n \nfour"


def page(linkis: Linkis, **asked: int | str) -> tuple[list[str], int]:
    told = linkis.get("entrance/1/log", **asked)
    return told["log"], told["fromLine"]


def lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def pages(linkis: Linkis, start: int, size: int) -> Iterator[str]:
    """As every client goes on: from where the answer says, until that does not move."""
    following, at = start, -1
    while following != at:
        at = following
        log, following = page(linkis, fromLine=at, size=size)
        yield from lines(log[ALL])


def whole(linkis: Linkis) -> list[str]:
    """As ``/log`` shows it: without what is blank."""
    log = linkis.get("filesystem/openLog", path=linkis.task(1)["logPath"])["log"]
    return [line for line in lines(log[ALL]) if line.strip()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pages_of_any_size_from_any_start_hold_each_line_once(linkis: Linkis, size: int) -> None:
    linkis.done(text=PRINTED)

    for start in (-3, 0, 1):
        assert list(pages(linkis, start, size)) == whole(linkis)


def test_a_page_begins_where_it_is_asked_for_whatever_was_read_before(linkis: Linkis) -> None:
    linkis.done(text="a\nb\nc\n")
    everything, count = whole(linkis), page(linkis, fromLine=0, size=-1)[1] - 1

    assert count == len(everything)
    for start in range(1, count + 1):
        log, following = page(linkis, fromLine=start, size=-1)
        assert lines(log[ALL]) == everything[start - 1 :]
        assert following == count + 1


def test_a_page_has_a_hundred_lines_unless_it_is_asked_otherwise(linkis: Linkis) -> None:
    linkis.done(text="".join(f"{number}\n" for number in range(12_000)))

    assert page(linkis)[1] == 101
    assert page(linkis, fromLine=50)[1] == 150
    assert page(linkis, size=-1)[1] == page(linkis, size=-7)[1] == 10_001


def test_past_the_end_there_is_nothing_and_no_error(linkis: Linkis) -> None:
    linkis.done()
    end = page(linkis, size=-1)[1]

    assert page(linkis, fromLine=end) == (["", "", "", ""], end)
    assert page(linkis, fromLine=10**15) == (["", "", "", ""], 10**15)


@pytest.mark.parametrize("asked", ["fromLine=x", "size=1.5", "fromLine=9" + "9" * 30, "size=%00"])
def test_a_number_that_is_none_is_refused(linkis: Linkis, asked: str) -> None:
    linkis.submit()

    assert "NumberFormatException" in linkis.refused("GET", f"entrance/1/log?{asked}")["message"]


def test_each_line_is_in_the_stream_of_its_level_and_in_all(linkis: Linkis) -> None:
    text = (
        "2024-01-01 10:00:00.000 ERROR broken\n"
        "24/01/2024 10:00:00 SYSTEM-ERROR worse\n"
        "2024-01-01 10:00:00.123 WARN odd\n"
        "2024-01-01 10:00:00 SYSTEM-WARN odder\n"
        "2024-01-01 10:00:00.123 INFO com.netflix is talking\n"
        "2024-01-01 10:00:00.123 ERROR com.netflix is broken\n"
        "an ERROR without a time\n"
        "\n"
    )
    linkis.done(text=text)

    log, _ = page(linkis, size=-1)

    printed = [[line for line in lines(stream) if line in text.split("\n")] for stream in log]
    given = text.split("\n")
    assert printed[ERROR] == [given[0], given[1], given[5]]
    assert printed[WARN] == [given[2], given[3]]
    assert printed[INFO] == [given[6]]
    assert printed[ALL] == [*given[:4], given[5], given[6]]
    assert all(not stream.endswith("\n") for stream in log)


def test_one_text_is_told_where_levels_are_not_wanted(linkis: Linkis) -> None:
    linkis.done(text="hello\n")

    together = linkis.get("entrance/1/log", distinctLevel="false", size=-1)["log"]

    assert together == page(linkis, size=-1)[0][ALL]


def test_lines_come_while_the_task_writes_them_and_keep_their_numbers(linkis: Linkis) -> None:
    linkis.submit()
    attempt = linkis.started()
    text = b"first\nsecond\nthird\n"
    _, before = page(linkis, size=-1)

    linkis.write(attempt, piece(attempt, text, 0, 8))
    log, following = page(linkis, fromLine=before, size=-1)
    assert (log[ALL], following) == ("first", before + 1)

    linkis.write(attempt, piece(attempt, text, 8, len(text)))
    linkis.fleet.finish(attempt, exit_code=0, log_bytes=len(text), log_lines=3)
    log, _ = page(linkis, fromLine=following, size=-1)
    assert lines(log[ALL])[:2] == ["second", "third"]
    assert lines(log[ALL])[-1].endswith("Congratulations. Your job completed with status Success.")


def test_the_log_of_a_second_try_follows_that_of_the_first(linkis: Linkis) -> None:
    linkis.submit(code(jobRetryCount="1", jobRetryTimeout="0"))
    linkis.end(linkis.started(), "from the first\n", reason="exit_code", exit_code=1)
    _, between = page(linkis, size=-1)
    linkis.end(linkis.started(), "from the second\n")

    log, _ = page(linkis, fromLine=between, size=-1)
    assert "from the first" not in lines(log[ALL])
    assert "from the second" in lines(log[ALL])
    assert "..retry, new retry-task is" in log[ALL]
    everything = whole(linkis)
    assert everything.index("from the first") < everything.index("from the second")


def test_who_reads_pages_and_then_the_rest_of_the_whole_misses_no_line(linkis: Linkis) -> None:
    """As linkis-cli does: it leaves out as many lines as the number of the next one."""
    linkis.submit()
    attempt = linkis.started()
    text = PRINTED.encode()
    linkis.write(attempt, piece(attempt, text, 0, len(text)))
    starts = [page(linkis, fromLine=1, size=size)[1] for size in (1, 5, 20)]
    linkis.fleet.finish(attempt, exit_code=0, log_bytes=len(text), log_lines=5)
    text_of_all = linkis.get("filesystem/openLog", path=linkis.task(1)["logPath"])["log"][ALL]

    for start in starts:
        read = lines(page(linkis, fromLine=1, size=start - 1)[0][ALL])
        rest = [line for line in text_of_all.split("\n")[start:] if line.strip()]
        assert read + rest == whole(linkis)


def test_the_whole_log_has_each_level_and_lines_without_a_header_follow_the_last(
    linkis: Linkis,
) -> None:
    task = linkis.done(text=PRINTED)

    log = linkis.get("filesystem/openLog", path=task["logPath"], proxyUser="alice")["log"]

    assert log[ERROR] == "2024-01-01 10:00:00.000 ERROR two\n\tat three\n \nfour\n"
    assert log[WARN] == ""
    assert all(text.endswith("\n") for text in log if text)
    only = linkis.get("filesystem/openLog", path=task["logPath"], logLevel="error")["log"]
    assert only == [log[ERROR], "", "", ""]


def test_what_the_entrance_says_comes_in_its_order_with_true_milliseconds(linkis: Linkis) -> None:
    body = code("echo ${x}", userCreator="alice-LINKISCLI")
    linkis.submit({**body, "params": {"variable": {"x": "7"}}})
    linkis.end(linkis.started(), "7\n")

    said = whole(linkis)

    wanted = [
        "INFO Program is substituting variables for you",
        "INFO Variables substitution ended successfully",
        "INFO Job variables is",
        "INFO You have submitted a new job, script code (after variable substitution) is",
        "SCRIPT CODE",
        "echo 7",
        "SCRIPT CODE",
        "WARN The code you submit will not be limited by the limit",
        "INFO Job with jobId : 1 and execID : LINKISCLI_alice_shell_1 submitted",
        "INFO Your job is accepted,  jobID is LINKISCLI_alice_shell_1 and jobReqId is 1",
        "INFO Your job is Scheduled. Please wait it to run.",
        "INFO Your job is Running now. Please wait it to complete.",
        "INFO JobRequest (1) was submitted to Orchestrator.",
        "INFO Background is starting a new engine for you",
        "INFO Succeed to create new ec : ServiceInstance(linkis-cg-engineconn, node-1)",
        "node-1_1 >> echo 7",
        "7",
        "INFO Congratulations! Your job : LINKISCLI_alice_shell_1 executed with status succeed",
        "INFO Task time point information(任务时间节点信息):[Task creation time..:",
        "INFO Your task jobId(您的任务) 1 The total time spent is(总耗时时间为): ",
        "INFO Congratulations. Your job completed with status Success.",
    ]
    places = iter(said)
    assert [text for text in wanted if not any(text in line for line in places)] == []
    stamped = [line for line in said if re.search(r" (INFO|WARN|ERROR) ", line)]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [IWE]", line) for line in stamped)
    created = linkis.task(1)["createdTime"]
    assert said[0][20:23] == f"{created % 1000:03}"


@pytest.mark.parametrize("end", ["failed", "killed"])
def test_a_task_that_did_not_succeed_says_so_in_its_last_lines(linkis: Linkis, end: str) -> None:
    linkis.submit()
    attempt = linkis.started()
    if end == "killed":
        linkis.get("entrance/1/kill")
    linkis.end(attempt, reason="exit_code" if end == "failed" else "cancelled")

    last = whole(linkis)[-1]
    errors = page(linkis, size=-1)[0][ERROR]

    status = "Failed" if end == "failed" else "Cancelled"
    assert last.endswith(
        f"INFO Sorry. Your job completed with a status {status}. You can view logs for the reason."
    )
    assert "ERROR Sorry, your job executed failed with reason: " in errors
    assert (end == "killed") == ("ERROR Job is killed by user!" in errors)


def test_what_is_printed_is_shown_whatever_bytes_it_is(linkis: Linkis) -> None:
    linkis.submit()
    attempt = linkis.started()
    text = b"caf\xc3\xa9\r\n\xff\x00\n"
    linkis.write(attempt, piece(attempt, text, 0, len(text)))

    log, _ = page(linkis, size=-1)

    assert lines(log[ALL])[-2:] == ["caf\u00e9", "\N{REPLACEMENT CHARACTER}\N{SYMBOL FOR NULL}"]


def test_the_log_of_a_task_of_somebody_else_is_not_readable(linkis: Linkis) -> None:
    task = linkis.done(text="private\n")
    mallory = linkis.another("mallory")
    address = f"filesystem/openLog?path={task['logPath']}&proxyUser=alice"

    refused = mallory.refused("GET", address)

    assert refused["data"]["errorMsg"]["errCode"] == 80018
