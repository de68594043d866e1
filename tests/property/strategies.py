"""Jobs of a few tasks that need one another, for whatever drives them at random."""

from hypothesis import strategies as st

from tests.support.builders import a_job, a_task
from windlass.shared.spec import JobSpec, Retry, TaskSpec


@st.composite
def specs(draw: st.DrawFn) -> JobSpec:
    size = draw(st.integers(1, 7))
    tasks = [draw(tasks_at(position)) for position in range(size)]
    return a_job(*tasks, fail_fast=draw(st.booleans()))


@st.composite
def tasks_at(draw: st.DrawFn, position: int) -> TaskSpec:
    earlier = st.sets(st.integers(0, position - 1), max_size=3) if position else st.just(set())
    return a_task(
        str(position),
        sorted(draw(earlier)),
        allow_failure=draw(st.booleans()),
        retry=Retry(limit=draw(st.integers(0, 1)), initial_delay=0.0),
        condition=draw(st.sampled_from([None, None, None, "false"])),
    )
