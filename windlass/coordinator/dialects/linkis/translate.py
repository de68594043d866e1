"""What was asked becomes a job of one task. Pure."""

from windlass.coordinator.dialects.linkis.asked import Asked
from windlass.coordinator.dialects.linkis.engines import CODE, Engine, program
from windlass.coordinator.dialects.linkis.ids import safe
from windlass.shared.spec import Container, Group, JobSpec, Limits, Retry, TaskSpec

TASK = "code"
_GRACE = 5.0  # seconds between SIGTERM and SIGKILL


def to_job_spec(asked: Asked, engine: Engine) -> JobSpec:
    wishes = asked.wishes
    return JobSpec(
        name=f"{safe(asked.creator)}_{safe(asked.execute_user)}_{safe(asked.engine)}",
        tags=tags(asked),
        queue=engine.queue,
        timeout=min(wishes.running_timeout or engine.timeout, engine.timeout),
        start_timeout=wishes.queuing_timeout,
        group=None if asked.fault else _group(asked, engine),
        tasks=(_task(asked, engine),),
    )


def tags(asked: Asked) -> tuple[str, ...]:
    """What the history can be searched by."""
    return (
        creator_tag(asked.creator),
        engine_tag(asked.engine),
        type_tag(asked.run_type),
        f"linkis.executor:{asked.execute_user}"[:128],
    )


def creator_tag(creator: str) -> str:
    return f"linkis.creator:{creator}"


def engine_tag(engine: str) -> str:
    return f"linkis.engine:{engine.lower()}"


def type_tag(run_type: str) -> str:
    return f"linkis.type:{run_type.lower()}"


def _group(asked: Asked, engine: Engine) -> Group:
    name = f"linkis/{asked.creator}_{asked.execute_user}_{asked.engine.lower()}"
    return Group(name=name, running=engine.running, waiting=engine.waiting, rank=asked.wishes.rank)


def _task(asked: Asked, engine: Engine) -> TaskSpec:
    if asked.fault is not None:
        fault = f"{asked.fault.code}, {asked.fault.text}"
        return TaskSpec(name=TASK, key=TASK, fault=fault)
    wishes = asked.wishes
    return TaskSpec(
        name=TASK,
        key=TASK,
        queue=engine.queue,
        retry=Retry(
            limit=wishes.retries,
            initial_delay=wishes.retry_delay,
            max_delay=wishes.retry_delay,
            scaling_factor=1.0,
            jitter=0.0,
        ),
        container=_container(asked, engine),
    )


def _container(asked: Asked, engine: Engine) -> Container:
    """The code is a file, whatever its length, and what it holds is nobody's template."""
    arguments = asked.wishes.arguments if engine.arguments else ()
    command = [word.replace(CODE, engine.file) for word in engine.command]
    return Container(
        image=engine.image,
        cmd=tuple(map(_literal, (*command, *arguments))),
        env={name: _literal(value) for name, value in engine.env.items()},
        files={engine.file: asked.script, **{name: program(name) for name in engine.programs}},
        workdir=asked.wishes.directory or None,
        limits=Limits(cpus=engine.cpus, memory=engine.memory),
        grace=_GRACE,
    )


def _literal(value: str) -> str:
    """Nothing in it is an expression, whatever it looks like."""
    return value.replace("{{", '{{ "{{" }}')
