"""What is counted, for Prometheus. With PROMETHEUS_MULTIPROC_DIR set, over all processes of a
coordinator: whoever sets it does so before the first import of this module."""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

dispatched = Counter("windlass_attempts_dispatched", "Attempts handed to the broker")
republished = Counter("windlass_attempts_republished", "Attempts handed to the broker once more")
dispatch_seconds = Histogram(
    "windlass_dispatch_seconds",
    "From the time an attempt was due to the time its message was sent",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
applied = Counter("windlass_events_applied", "Reports of workers that were committed")
buried = Counter("windlass_events_buried", "Reports of workers that could not be applied")
chunks_stored = Counter("windlass_log_chunks_stored", "Log chunks that were committed")
chunks_buried = Counter("windlass_log_chunks_buried", "Log chunks that could not be stored")
lost = Counter("windlass_attempts_lost", "Attempts given up on because their node fell silent")
loop_failures = Counter("windlass_loop_failures", "Steps of a loop that failed", ["loop"])


def render() -> bytes:
    """In Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # its module has no types
    return generate_latest(registry)
