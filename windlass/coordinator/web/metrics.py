"""What is counted of HTTP, and what a scrape asks the engine for."""

import time
from collections.abc import Iterator

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from windlass.coordinator.engine.service import Engine
from windlass.shared import metrics

requests = Counter("windlass_http_requests", "Requests answered", ["door", "method", "status"])
seconds = Histogram(
    "windlass_http_seconds",
    "From the arrival of a request to the head of its answer",
    ["door"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}  # others are anybody's


def install(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        door = request.blueprint or "none"
        method = request.method if request.method in _METHODS else "other"
        requests.labels(door, method, str(response.status_code)).inc()
        if "started" in g:
            seconds.labels(door).observe(time.perf_counter() - g.started)
        return response


def render(engine: Engine) -> bytes:
    """Counters of this coordinator, then the state of the whole system."""
    registry = CollectorRegistry()
    registry.register(_System(engine))
    return metrics.render() + generate_latest(registry)


class _System(Collector):
    """Read anew by every scrape and kept nowhere: a Gauge would be written to the files that the
    processes of a coordinator share, and be told by each of them, also of nodes that are gone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._jobs()
        yield from self._queues()
        yield from self._nodes()

    def _jobs(self) -> GaugeMetricFamily:
        jobs = GaugeMetricFamily("windlass_jobs", "Jobs by state", labels=["state"])
        for state, count in self._engine.totals().by_state.items():
            jobs.add_metric([state], count)
        return jobs

    def _queues(self) -> Iterator[GaugeMetricFamily]:
        attempts = GaugeMetricFamily(
            "windlass_attempts", "Open attempts", labels=["queue", "state"]
        )
        serving = GaugeMetricFamily(
            "windlass_queue_nodes", "Active nodes by queue", labels=["queue"]
        )
        for queue in self._engine.queues():
            attempts.add_metric([queue.name, "pending"], queue.pending)
            attempts.add_metric([queue.name, "scheduled"], queue.scheduled)
            attempts.add_metric([queue.name, "running"], queue.running)
            serving.add_metric([queue.name], queue.nodes)
        yield from (attempts, serving)

    def _nodes(self) -> Iterator[GaugeMetricFamily]:
        of = ["node", "state"]
        slots = GaugeMetricFamily("windlass_node_slots", "Slots by node", labels=of)
        busy = GaugeMetricFamily("windlass_node_running", "Attempts by node", labels=of)
        for node in self._engine.nodes():
            slots.add_metric([node.name, node.state], node.slots)
            busy.add_metric([node.name, node.state], node.running)
        yield from (slots, busy)
