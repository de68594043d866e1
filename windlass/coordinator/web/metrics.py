"""What is counted of HTTP, and what a scrape asks the engine for."""

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
    return metrics.render() + generate_latest(_of_system(engine))


def _of_system(engine: Engine) -> CollectorRegistry:
    registry = CollectorRegistry()
    jobs = Gauge("windlass_jobs", "Jobs by state", ["state"], registry=registry)
    for state, count in engine.totals().by_state.items():
        jobs.labels(state).set(count)
    attempts = Gauge("windlass_attempts", "Open attempts", ["queue", "state"], registry=registry)
    serving = Gauge("windlass_queue_nodes", "Active nodes by queue", ["queue"], registry=registry)
    for queue in engine.queues():
        attempts.labels(queue.name, "pending").set(queue.pending)
        attempts.labels(queue.name, "scheduled").set(queue.scheduled)
        attempts.labels(queue.name, "running").set(queue.running)
        serving.labels(queue.name).set(queue.nodes)
    slots = Gauge("windlass_node_slots", "Slots by node", ["node", "state"], registry=registry)
    busy = Gauge("windlass_node_running", "Attempts by node", ["node", "state"], registry=registry)
    for node in engine.nodes():
        slots.labels(node.name, node.state).set(node.slots)
        busy.labels(node.name, node.state).set(node.running)
    return registry
