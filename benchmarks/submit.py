"""What a submit costs before the engine has it: reading, checking, translating, over HTTP. Prints
microseconds for each, and as a multiple of what an answer without any content costs.

python -m benchmarks.submit
"""

import io
import json
import sys
from collections.abc import Callable
from time import process_time
from typing import Any, cast

from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.support.http import BASE, an_app
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.dialects.native.translate import to_job_spec
from windlass.coordinator.engine import check
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import jsontext, yamltext
from windlass.shared import spec

DOCUMENT = {"name": "bench", "tasks": [{"name": "a", "image": "busybox", "run": "true"}]}
REPEATS = 3000


class Checker:
    """An engine that only checks."""

    def tokens(self) -> list[Any]:
        return []

    def problems(self, job: spec.JobSpec) -> Any:
        return check.problems(job)


def main() -> None:
    body = json.dumps(DOCUMENT).encode()
    schema, value = JobDocument(), jsontext.load(body)
    document = schema.load(value)
    job = to_job_spec(document)
    floor = cost(request("GET", "/-/live", b""))
    show("an answer without content", floor, floor)
    show("validate, over HTTP", cost(request("POST", f"{BASE}/validate", body)), floor)
    show("read JSON", cost(lambda: jsontext.load(body)), floor)
    show("read YAML", cost(lambda: yamltext.load(body)), floor)
    show("check the schema", cost(lambda: schema.load(value)), floor)
    show("translate", cost(lambda: to_job_spec(document)), floor)
    show("check the spec", cost(lambda: check.problems(job)), floor)
    show("encode the spec", cost(lambda: spec.encode(job)), floor)


def request(method: str, path: str, body: bytes) -> Callable[[], object]:
    app = an_app(cast(Engine, Checker()))
    builder = EnvironBuilder(
        path,
        method=method,
        data=body,
        content_type="application/json",
        headers=[("Host", "localhost")],
    )
    prepared = builder.get_environ()

    def call() -> object:
        environ = {**prepared, "wsgi.input": io.BytesIO(body)}
        return run_wsgi_app(app, environ)

    return call


def cost(step: Callable[[], object]) -> float:
    """Seconds of this process, each time."""
    step()
    started = process_time()
    for _ in range(REPEATS):
        step()
    return (process_time() - started) / REPEATS


def show(what: str, seconds: float, floor: float) -> None:
    sys.stdout.write(f"{what:30} {seconds * 1e6:8.1f} us {seconds / floor:6.2f} x\n")


if __name__ == "__main__":
    main()
