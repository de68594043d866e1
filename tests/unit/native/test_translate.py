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
    Probe,
    Registry,
    Retry,
    Sidecar,
    Step,
    TaskSpec,
)


def spec_of(*tasks: dict[str, Any], **fields: Any) -> JobSpec:
    return to_job_spec(JobDocument().load({"name": "x", "tasks": list(tasks), **fields}))


def test_every_field_of_a_job_finds_its_place() -> None:
    spec = spec_of(
        {"name": "a"},
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
        tasks=(TaskSpec(name="a", key="a", container=Container(), queue="bulk", priority=2),),
    )


def test_every_field_of_a_task_finds_its_place() -> None:
    retry = {"limit": 3, "initial_delay": "2s", "scaling_factor": 3}
    (task,) = spec_of(
        {
            "name": "a",
            "needs": [],
            "if": "{{ inputs.go }}",
            "var": "out",
            "queue": "gpu",
            "priority": 7,
            "retry": {**retry, "max_delay": "1m", "jitter": 0.5},
            "allow_failure": True,
            "tags": ["t"],
        },
        inputs={"go": "yes"},
    ).tasks

    assert task == TaskSpec(
        name="a",
        key="a",
        container=Container(),
        condition="{{ inputs.go }}",
        var="out",
        queue="gpu",
        priority=7,
        retry=Retry(limit=3, initial_delay=2.0, scaling_factor=3.0, max_delay=60.0, jitter=0.5),
        allow_failure=True,
        tags=("t",),
    )


def container_of(**fields: Any) -> Container:
    return spec_of({"name": "a", **fields}).tasks[0].container


def test_what_runs_finds_its_place() -> None:
    assert container_of(
        image="busybox",
        run="echo $A",
        env={"A": 1, "B": True},
        files={"in.txt": "data"},
        workdir="/w",
        timeout="1m30s",
        grace=5,
    ) == Container(
        image="busybox",
        run="echo $A",
        env={"A": "1", "B": "true"},
        files={"in.txt": "data"},
        workdir="/w",
        timeout=90.0,
        grace=5.0,
    )
    assert container_of(cmd=["echo", 1], entrypoint=["sh", "-c"]) == Container(
        cmd=("echo", "1"), entrypoint=("sh", "-c")
    )


def test_what_it_may_use_finds_its_place() -> None:
    assert container_of(
        limits={"cpus": 1.5, "memory": "512m"},
        gpus=2,
        shm="64m",
        mounts=[{"type": "tmpfs", "target": "/t", "size": "1m", "read_only": False}],
        networks=["backend"],
        user=1000,
        pull="always",
        registry={"username": "u", "password": "p"},
    ) == Container(
        limits=Limits(cpus=1.5, memory=512 << 20),
        gpus="2",
        shm=64 << 20,
        mounts=(Mount(kind="tmpfs", target="/t", size=1 << 20),),
        networks=("backend",),
        user="1000",
        pull="always",
        registry=Registry(username="u", password="p"),
    )


def test_a_task_without_needs_follows_the_one_before_it() -> None:
    spec = spec_of({"name": "a"}, {"name": "b"}, {"name": "c", "needs": []}, {"name": "d"})

    assert [task.needs for task in spec.tasks] == [(), (0,), (), (2,)]


def test_needs_are_found_wherever_they_stand() -> None:
    spec = spec_of(
        {"name": "a", "needs": ["c", "b", "b"]}, {"name": "b", "needs": []}, {"name": "c"}
    )

    assert spec.tasks[0].needs == (1, 2)


def test_a_task_takes_what_it_does_not_say_from_the_defaults() -> None:
    defaults = {"image": "shared", "queue": "shared", "priority": 3, "tags": ["shared"]}
    first, second = spec_of(
        {"name": "a"},
        {"name": "b", "image": "own", "queue": "own", "tags": ["own"]},
        defaults=defaults,
    ).tasks

    assert (first.container.image, first.queue, first.tags) == ("shared", "shared", ("shared",))
    assert (second.container.image, second.queue, second.tags) == ("own", "own", ("own",))
    assert second.priority == 3


def test_what_has_parts_is_taken_from_the_defaults_part_by_part() -> None:
    (task,) = spec_of(
        {"name": "a", "env": {"B": "own"}, "retry": {"limit": 1}, "limits": {"cpus": 2}},
        defaults={
            "env": {"A": "shared", "B": "shared"},
            "retry": {"limit": 5, "jitter": 0},
            "limits": {"memory": "1g"},
        },
    ).tasks

    assert task.container.env == {"A": "shared", "B": "own"}
    assert task.retry == Retry(limit=1, jitter=0.0)
    assert task.container.limits == Limits(cpus=2.0, memory=1 << 30)


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


def test_steps_and_sidecars_find_their_place_and_come_back() -> None:
    step = {"name": "s", "image": "i", "run": "r", "env": {"A": "b"}, "timeout": "2s"}
    probe = {"path": "/ok", "port": 80, "timeout": "5s"}
    sidecar = {"name": "My Web", "image": "web", "limits": {"cpus": 1}, "probe": probe}
    spec = spec_of({"name": "a", "pre": [step], "post": [step], "sidecars": [sidecar]})

    (task,) = spec.tasks
    wanted = Step(name="s", container=Container(image="i", run="r", env={"A": "b"}, timeout=2.0))
    assert (task.pre, task.post) == ((wanted,), (wanted,))
    assert task.sidecars == (
        Sidecar(
            name="My Web",
            container=Container(image="web", limits=Limits(cpus=1.0)),
            probe=Probe(path="/ok", port=80, timeout=5.0),
        ),
    )
    assert to_job_spec(JobDocument().load(job_document(spec))) == spec
