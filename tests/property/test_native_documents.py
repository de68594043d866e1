"""Whatever spec there is, its native document means the same."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from windlass.coordinator.dialects.native.describe import job_document
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.dialects.native.translate import to_job_spec
from windlass.coordinator.web import jsontext
from windlass.coordinator.web.replies import encode
from windlass.shared.durations import LONGEST
from windlass.shared.spec import (
    Container,
    JobSpec,
    Limits,
    Mount,
    Registry,
    Retry,
    TaskSpec,
    Webhook,
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
words = texts.filter(bool)
names = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
queues = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", fullmatch=True)
durations = st.floats(0.001, LONGEST)
sizes = st.integers(6 << 20, 1 << 50)
priorities = st.integers(0, 9)


def tuples(of: SearchStrategy[str]) -> SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=3).map(tuple)


def tables(keys: SearchStrategy[str]) -> SearchStrategy[dict[str, str]]:
    return st.dictionaries(keys, texts, max_size=3)


def with_one_program(container: Container) -> Container:
    """A script and a command at once are refused."""
    return msgspec.structs.replace(container, cmd=()) if container.run else container


containers = st.builds(
    Container,
    image=st.none() | words,
    run=st.none() | words,
    cmd=tuples(texts),
    entrypoint=tuples(texts),
    env=tables(names),
    files=tables(names),
    workdir=st.none() | words,
    limits=st.builds(Limits, cpus=st.none() | st.floats(0.01, 4096), memory=st.none() | sizes),
    gpus=st.none() | st.just("all") | st.integers(1, 9).map(str),
    shm=st.none() | sizes,
    mounts=st.lists(
        st.builds(
            Mount,
            kind=st.sampled_from(["volume", "bind", "tmpfs"]),
            target=words,
            source=st.none() | words,
            read_only=st.booleans(),
            size=st.none() | sizes,
        ),
        max_size=2,
    ).map(tuple),
    networks=tuples(words),
    user=st.none() | words,
    pull=st.sampled_from(["always", "if-missing", "never"]),
    registry=st.none() | st.builds(Registry, username=words, password=words),
    timeout=st.none() | durations,
    grace=st.floats(0, 3600),
).map(with_one_program)
retries = st.builds(
    Retry,
    limit=st.integers(0, 100),
    initial_delay=st.floats(0, LONGEST),
    scaling_factor=st.floats(1, 100),
    max_delay=st.floats(0, LONGEST),
    jitter=st.floats(0, 1),
)


@st.composite
def tasks(draw: st.DrawFn) -> tuple[TaskSpec, ...]:
    keys = draw(st.lists(words, min_size=1, max_size=4, unique=True))
    return tuple(
        TaskSpec(
            name=key,
            key=key,
            container=draw(containers),
            needs=tuple(sorted(draw(st.sets(st.sampled_from(range(len(keys))))))),
            condition=draw(st.none() | words),
            var=draw(st.none() | names),
            queue=draw(queues),
            priority=draw(priorities),
            retry=draw(retries),
            allow_failure=draw(st.booleans()),
            tags=draw(tuples(words)),
        )
        for key in keys
    )


webhooks = st.builds(
    Webhook,
    url=words,
    headers=tables(names),
    event=st.sampled_from(["job.state", "job.progress", "task.state", "task.progress"]),
    condition=st.none() | words,
)

jobs = st.builds(
    JobSpec,
    name=words,
    tasks=tasks(),
    description=texts,
    inputs=tables(names),
    tags=tuples(words),
    metadata=tables(names),
    priority=priorities,
    queue=queues,
    timeout=st.none() | durations,
    fail_fast=st.booleans(),
    output=st.none() | words,
    webhooks=st.lists(webhooks, max_size=3).map(tuple),
    delete_after=st.none() | durations,
)


@given(jobs)
def test_a_spec_survives_its_own_document(spec: JobSpec) -> None:
    written = encode(job_document(spec))

    assert to_job_spec(JobDocument().load(jsontext.load(written))) == spec
