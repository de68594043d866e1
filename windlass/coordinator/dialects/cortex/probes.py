"""What the probes of containers ask, in the engine's words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windlass.shared.spec import Liveness, Ready

Doc = Mapping[str, Any]


def ready(containers: Sequence[Doc]) -> Iterator[Ready]:
    """Of the readiness probes there are."""
    for container in containers:
        probe = container.get("readiness_probe")
        if probe:
            asked = probe["http_get"] or probe["tcp_socket"]
            yield Ready(port=asked["port"], path=asked.get("path"))


def liveness(probe: Doc | None) -> Liveness | None:
    """A zero is what Kubernetes makes of it: its own default."""
    if not probe:
        return None
    called = probe["http_get"] or probe["tcp_socket"] or {}
    return Liveness(
        port=called.get("port"),
        path=called.get("path"),
        command=tuple((probe["exec"] or {}).get("command", ())),
        delay=probe["initial_delay_seconds"],
        period=probe["period_seconds"] or 10,
        timeout=probe["timeout_seconds"] or 1,
        failures=probe["failure_threshold"] or 3,
    )
