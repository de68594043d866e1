"""What a native document comes to."""

from typing import Any

from windlass.coordinator.dialects.native.describe import job_document
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.dialects.native.translate import to_job_spec
from windlass.shared.spec import (
    Container,
    JobSpec,
    Limits,
    Mount,
    Registry,
    Retry,
    TaskSpec,
)


def spec_of(*tasks: dict[str, Any], **fields: Any) -> JobSpec:
    return to_job_spec(JobDocument().load({"name": "x", "tasks": list(tasks), **fields}))


def test_every_field_finds_its_place() -> None:
    spec = spec_of(
        {
            "name": "a",
            "image": "busybox",
            "run": "echo $A",
            "env": {"A": 1, "B": True},
            "files": {"in.txt": "data"},
            "workdir": "/w",
            "needs": [],
            "if": "{{ inputs.go }}",
            "var": "out",
            "queue": "gpu",
            "priority": 7,
            "timeout": "1m30s",
            "grace": 5,
            "retry": {
                "limit": 3,
                "initial_delay": "2s",
                "scaling_factor": 3,
                "max_delay": "1m",
                "jitter": 0.5,
            },
            "allow_failure": True,
            "limits": {"cpus": 1.5, "memory": "512m"},
            "gpus": 2,
            "shm": "64m",
            "mounts": [{"type": "tmpfs", "target": "/t", "size": "1m", "read_only": False}],
            "networks": ["backend"],
            "user": 1000,
            "pull": "always",
            "registry": {"username": "u", "password": "p"},
            "tags": ["t"],
        },
        {"name": "b", "cmd": ["echo", 1], "entrypoint": ["sh", "-c"]},
        description="d",
        inputs={"go": "yes", "n": 3},
        tags=["j"],
        metadata={"team": 7},
        queue="bulk",
        priority=2,
        timeout="1h",
        fail_fast=True,
        output="{{ tasks.out }}",
    )

    assert spec == JobSpec(
        name="x",
        description="d",
        inputs={"go": "yes", "n": "3"},
        tags=("j",),
        metadata={"team": "7"},
        queue="bulk",
        priority=2,
        timeout=3600.0,
        fail_fast=True,
        output="{{ tasks.out }}",
        tasks=(
            TaskSpec(
                name="a",
                key="a",
                container=Container(
                    image="busybox",
                    run="echo $A",
                    env={"A": "1", "B": "true"},
                    files={"in.txt": "data"},
                    workdir="/w",
                    limits=Limits(cpus=1.5, memory=512 << 20),
                    gpus="2",
                    shm=64 << 20,
                    mounts=(Mount(kind="tmpfs", target="/t", size=1 << 20),),
                    networks=("backend",),
                    user="1000",
                    pull="always",
                    registry=Registry(username="u", password="p"),
                    timeout=90.0,
                    grace=5.0,
                ),
                condition="{{ inputs.go }}",
                var="out",
                queue="gpu",
                priority=7,
                retry=Retry(
                    limit=3, initial_delay=2.0, scaling_factor=3.0, max_delay=60.0, jitter=0.5
                ),
                allow_failure=True,
                tags=("t",),
            ),
            TaskSpec(
                name="b",
                key="b",
                container=Container(cmd=("echo", "1"), entrypoint=("sh", "-c")),
                needs=(0,),
                queue="bulk",
                priority=2,
            ),
        ),
    )


def test_a_task_without_needs_follows_the_one_before_it() -> None:
    spec = spec_of({"name": "a"}, {"name": "b"}, {"name": "c", "needs": []}, {"name": "d"})

    assert [task.needs for task in spec.tasks] == [(), (0,), (), (2,)]


def test_needs_are_found_wherever_they_stand() -> None:
    spec = spec_of(
        {"name": "a", "needs": ["c", "b", "b"]}, {"name": "b", "needs": []}, {"name": "c"}
    )

    assert spec.tasks[0].needs == (1, 2)


def test_a_task_says_more_than_its_defaults() -> None:
    spec = spec_of(
        {"name": "a"},
        {
            "name": "b",
            "image": "own",
            "env": {"B": "own"},
            "retry": {"limit": 1},
            "limits": {"cpus": 2},
            "queue": "own",
            "tags": ["own"],
        },
        defaults={
            "image": "shared",
            "env": {"A": "shared", "B": "shared"},
            "retry": {"limit": 5, "jitter": 0},
            "limits": {"memory": "1g"},
            "queue": "shared",
            "priority": 3,
            "tags": ["shared"],
        },
    )

    first, second = spec.tasks
    assert first.container.image == "shared"
    assert first.queue == "shared"
    assert second.container.image == "own"
    assert second.container.env == {"A": "shared", "B": "own"}
    assert second.retry == Retry(limit=1, jitter=0.0)
    assert second.container.limits == Limits(cpus=2.0, memory=1 << 30)
    assert second.queue == "own"
    assert second.priority == 3
    assert second.tags == ("own",)


def test_a_job_with_nothing_said_is_described_with_nothing_left_out() -> None:
    assert job_document(spec_of({"name": "a", "run": "true"}, {"name": "b"})) == {
        "name": "x",
        "queue": "default",
        "priority": 0,
        "tasks": [
            {"name": "a", "run": "true", "needs": [], "queue": "default", "priority": 0},
            {"name": "b", "needs": ["a"], "queue": "default", "priority": 0},
        ],
    }
