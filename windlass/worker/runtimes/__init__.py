"""Runtimes by name. Each is loaded only when asked for."""

from windlass.worker.runtimes.base import Runtime, RuntimeBroken, RuntimeConfig

NAMES = ("docker", "process")


def load(name: str, config: RuntimeConfig) -> Runtime:
    """Contacts nothing yet: ``check()`` tells whether it works here."""
    if name == "docker":
        from windlass.worker.runtimes.docker.runtime import DockerRuntime

        return DockerRuntime(config)
    if name == "process":
        from windlass.worker.runtimes.process.runtime import ProcessRuntime

        return ProcessRuntime(config)
    raise RuntimeBroken(f"there is no runtime {name!r}: choose one of {', '.join(NAMES)}")
