"""One sentence for every field that does not hold: the words and the order of Tork's validator."""

import json
from typing import Any

import pytest

from tests.conformance.tork.refusing import refusal, taken

Broken = list[tuple[str, str]]


def sentences(*broken: tuple[str, str], root: str = "Job") -> str:
    return "\n".join(
        f"Key: '{root}.{path}' Error:Field validation for '{path.rpartition('.')[2]}'"
        f" failed on the '{tag}' tag"
        for path, tag in broken
    )


def job(**fields: Any) -> str:
    return json.dumps({"name": "j", "tasks": [{"name": "t"}]} | fields)


def task(**fields: Any) -> str:
    return job(tasks=[{"name": "t"} | fields])


JOBS: list[tuple[str, Broken]] = [
    ("{}", [("Name", "required"), ("Tasks", "required")]),
    (job(tasks=[]), [("Tasks", "min")]),
    (job(output="{{ 1 + }}"), [("Output", "expr")]),
    (job(autoDelete={"after": "1d"}), [("AutoDelete.After", "duration")]),
    (
        job(defaults={"timeout": "5", "queue": "jobs", "priority": 10}),
        [
            ("Defaults.Timeout", "duration"),
            ("Defaults.Queue", "queue"),
            ("Defaults.Priority", "max"),
        ],
    ),
    (job(defaults={"retry": {}}), [("Defaults.Retry.Limit", "required")]),
    (
        job(webhooks=[{"if": "a b"}]),
        [("Webhooks[0].URL", "required"), ("Webhooks[0].If", "expr")],
    ),
]

TASKS: list[tuple[str, Broken]] = [
    (task(name=""), [("Name", "required")]),
    (task(timeout="1d"), [("Timeout", "duration")]),
    (task(queue="x-1"), [("Queue", "queue")]),
    (task(queue="redeliveries"), [("Queue", "queue")]),
    (task(queue="\u00e9" * 100), [("Queue", "max")]),
    (task(priority=-1), [("Priority", "min")]),
    (task(priority=10), [("Priority", "max")]),
    (task(retry={"limit": 0}), [("Retry.Limit", "required")]),
    (task(retry={"limit": -1}), [("Retry.Limit", "min")]),
    (task(retry={"limit": 11}), [("Retry.Limit", "max")]),
    (task(retry={"limit": 1, "initialDelay": "1"}), [("Retry.InitialDelay", "duration")]),
    (task(retry={"limit": 1, "scalingFactor": 11}), [("Retry.ScalingFactor", "max")]),
    (task(**{"if": "hello world"}), [("If", "expr")]),
    (task(**{"if": "{{ }}"}), [("If", "expr")]),
    (task(var="\u00e9" * 65), [("Var", "max")]),
    (task(workdir="w" * 257), [("Workdir", "max")]),
    (task(image="i" * 257), [("Image", "max")]),
    (task(parallel={}), [("Parallel.Tasks", "required")]),
    (task(parallel={"tasks": []}), [("Parallel.Tasks", "min")]),
    (task(parallel={"tasks": [{}]}), [("Parallel.Tasks[0].Name", "required")]),
    (task(each={}), [("Each.List", "required"), ("Each.Task.Name", "required")]),
    (
        task(each={"list": "[1]", "concurrency": 100000, "task": {"name": "c"}}),
        [("Each.Concurrency", "max")],
    ),
    (task(subjob={}), [("SubJob.Name", "required"), ("SubJob.Tasks", "required")]),
    (task(subjob={"name": "s", "tasks": []}), [("SubJob.Tasks", "min")]),
    (task(subjob={"name": "s", "tasks": [{}]}), [("SubJob.Tasks[0].Name", "required")]),
    (
        task(subjob={"name": "s", "tasks": [{"name": "t"}], "webhooks": [{}]}),
        [("SubJob.Webhooks[0].URL", "required")],
    ),
    (task(pre=[{}]), [("Pre[0].Name", "required")]),
    (task(post=[{"name": "p", "timeout": "x"}]), [("Post[0].Timeout", "duration")]),
    (
        task(sidecars=[{"probe": {"port": 70000, "timeout": "1"}}]),
        [
            ("Sidecars[0].Name", "required"),
            ("Sidecars[0].Probe.Path", "required"),
            ("Sidecars[0].Probe.Port", "max"),
            ("Sidecars[0].Probe.Timeout", "duration"),
        ],
    ),
    (task(mounts=[{}]), [("Mounts[0].mount", "typerequired")]),
    (
        task(mounts=[{"type": "volume", "source": "s", "target": "/t"}]),
        [("Mounts[0].mount", "sourcenotempty")],
    ),
    (task(mounts=[{"type": "volume"}]), [("Mounts[0].mount", "targetrequired")]),
    (task(mounts=[{"type": "bind", "target": "/t"}]), [("Mounts[0].mount", "sourcerequired")]),
    (
        task(mounts=[{"type": "bind", "source": "/a#", "target": "/t"}]),
        [("Mounts[0].mount", "invalidsource")],
    ),
    (
        task(mounts=[{"type": "volume", "target": "/tork"}, {"type": "volume", "target": "/a:b"}]),
        [("Mounts[0].mount", "invalidtarget"), ("Mounts[1].mount", "invalidtarget")],
    ),
    (
        task(
            each={"list": "[1]", "task": {"name": "c"}},
            parallel={"tasks": [{"name": "c"}]},
            subjob={"name": "s", "tasks": [{"name": "c"}]},
        ),
        [
            ("each", "paralleloreach"),
            ("parallel", "paralleloreach"),
            ("subjob", "parallelorsubjob"),
            ("parallel", "parallelorsubjob"),
            ("subjob", "eachorsubjob"),
            ("each", "eachorsubjob"),
        ],
    ),
    (
        task(
            parallel={"tasks": [{"name": "c"}]},
            timeout="1s",
            limits={},
            retry={"limit": 1},
            mounts=[{"type": "volume", "target": "/t"}],
            post=[{"name": "p"}],
            pre=[{"name": "p"}],
            queue="q",
            env={"A": "1"},
            run="x",
            entrypoint=["x"],
            cmd=["x"],
            image="i",
        ),
        [
            (field, "invalidcompositetask")
            for field in (
                *("image", "cmd", "entrypoint", "run", "env", "queue"),
                *("pre", "post", "mounts", "retry", "limits", "timeout"),
            )
        ],
    ),
]


@pytest.mark.parametrize(("body", "broken"), JOBS)
def test_a_job_is_refused_with_a_sentence_per_field(body: str, broken: Broken) -> None:
    assert refusal(body) == sentences(*broken)


@pytest.mark.parametrize(("body", "broken"), TASKS)
def test_a_task_is_refused_with_a_sentence_per_field(body: str, broken: Broken) -> None:
    assert refusal(body) == sentences(*((f"Tasks[0].{path}", tag) for path, tag in broken))


TAKEN = [
    job(name=" "),
    job(output="plain text"),
    job(output="a {{ tasks.x }} b"),
    job(webhooks=[{"url": "no url", "event": "nope"}]),
    task(timeout="0"),
    task(timeout="-1s"),
    task(timeout="3\u00b5s"),
    task(timeout="1h30m15.5s"),
    task(queue="my queue"),
    task(var="\u00e9" * 64),
    task(**{"if": "nope(1) == other"}),
    task(env={"A": "{{ bad( }}"}),
    task(limits={"cpus": "abc", "memory": "xyz"}),
    task(mounts=[{"type": "nope"}, {"type": "tmpfs"}, {"type": "tmpfs", "source": "s"}]),
    task(mounts=[{"type": "volume", "target": "/tork/"}, {"type": "bind", "source": "/s"}]),
    task(
        parallel={"tasks": [{"name": "c"}]},
        files={"a": "b"},
        sidecars=[{"name": "s"}],
        networks=["n"],
        workdir="/w",
        gpus="all",
        priority=1,
        registry={},
    ),
]


@pytest.mark.parametrize("body", TAKEN)
def test_tork_takes_this(body: str) -> None:
    assert taken(body).tasks


CRONS = ["@daily", "@every 5s", "0/5 * * * *", "TZ=UTC 0 0 1 1 *", " 0 0 * * 1-5", "1,2 * * * *"]
NO_CRONS = [
    *("0 0 * * MON", "* * * *", "hello", "0  0 * * *", "? * * * *", "L * * * *"),
    # Tork takes these, and they never fire.
    *("99 99 99 99 99", "*/5 * * * * *", "@reboot", "a 0 0 1 1 *", "@every 5"),
]


def _scheduled(cron: str) -> str:
    return job(schedule={"cron": cron})


@pytest.mark.parametrize("cron", CRONS)
def test_a_cron_text_that_fires_is_taken(cron: str) -> None:
    assert taken(_scheduled(cron), scheduled=True).cron == cron


@pytest.mark.parametrize("cron", NO_CRONS)
def test_a_cron_text_that_never_fires_is_refused(cron: str) -> None:
    message = sentences(("Schedule.Cron", "cron"), root="ScheduledJob")
    assert refusal(_scheduled(cron), scheduled=True) == message


def test_a_scheduled_job_needs_a_schedule_with_a_cron_text() -> None:
    message = sentences(("Schedule", "required"), root="ScheduledJob")
    assert refusal(job(), scheduled=True) == message
    message = sentences(("Schedule.Cron", "required"), root="ScheduledJob")
    assert refusal(job(schedule={}), scheduled=True) == message
