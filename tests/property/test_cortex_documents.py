"""What Cortex's door takes can be run; what it does not take, it says so in its own words."""

import json
from contextlib import suppress
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from windlass.coordinator.dialects.cortex import batch_submission, configuration, globs
from windlass.coordinator.dialects.cortex.batch_job import template, to_batch_job_spec
from windlass.coordinator.dialects.cortex.batches import bodies
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.translate import Job
from windlass.coordinator.engine import check

LABEL = st.from_regex(r"[a-z]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda text: not text.startswith("b-") and text not in {"dequeuer", "proxy"}
)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: text[0] not in "-+.0123456789"  # which would be a number, to Cortex as well
)
WORDS = st.lists(TEXT, max_size=3)
MEMORY = st.sampled_from(["20Mi", "64M", "1Gi", "268435456", "0.5G", "100000Ki"])
COMPUTE = st.fixed_dictionaries(
    {},
    optional={
        "cpu": st.sampled_from(["20m", "200m", 1, 0.5, "2"]),
        "mem": MEMORY,
        "gpu": st.integers(0, 3),
    },
)
PROBE = st.fixed_dictionaries(
    {"http_get": st.fixed_dictionaries({"port": st.integers(1, 8000)})},
    optional={"period_seconds": st.integers(1, 60)},
)
VARIABLE = st.from_regex(r"[A-Z][A-Z0-9_]{0,9}", fullmatch=True).filter(
    lambda name: not name.startswith(("CORTEX_", "KUBEXIT_"))
)


@st.composite
def apis(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["TaskAPI", "BatchAPI"]))
    names = draw(st.lists(LABEL, min_size=1, max_size=3, unique=True))
    containers = []
    for name in names:
        container = {
            "name": name,
            "image": draw(st.sampled_from(["busybox", "host:5000/a/b:1.0", "a@sha256:00"])),
            "command": draw(WORDS),
            "args": draw(WORDS),
            "env": draw(st.dictionaries(VARIABLE, TEXT, max_size=2)),
            "compute": draw(COMPUTE),
        }
        if kind == "BatchAPI" and draw(st.booleans()):
            container["readiness_probe"] = draw(PROBE)
        containers.append(container)
    return {"name": draw(LABEL), "kind": kind, "pod": {"containers": containers}}


@given(apis())
def test_an_api_that_is_taken_can_be_run(api: dict[str, Any]) -> None:
    text = yaml.safe_dump([api], allow_unicode=True).encode()

    (read,) = configuration.read(text, "cortex.yaml", definitions=False)

    assert check.problems(template(read.spec, Job(url="http://host/cortex"))) == []


@given(st.lists(st.recursive(TEXT | st.integers(), st.lists), min_size=1), st.integers(1, 5))
def test_every_item_reaches_one_batch_in_order(items: list[Any], size: int) -> None:
    body = {"workers": 1, "item_list": {"items": items, "batch_size": size}}
    asked = batch_submission.read(json.dumps(body).encode())

    found = [json.loads(batch) for batch in bodies(asked.source, lambda _: iter(()))]

    assert [item for batch in found for item in batch] == items
    assert all(len(batch) == size for batch in found[:-1])


@given(apis(), st.integers(1, 50), st.integers(1, 9))
def test_a_job_has_a_task_for_each_batch_and_one_after_them(
    api: dict[str, Any], count: int, workers: int
) -> None:
    text = yaml.safe_dump([{**api, "kind": "BatchAPI"}], allow_unicode=True).encode()
    (read,) = configuration.read(text, "cortex.yaml", definitions=False)

    job = to_batch_job_spec(read.spec, Job(shown={"workers": workers}), ["[]"] * count)

    batches, last = job.tasks
    assert batches.parallel is not None
    assert (len(batches.parallel.tasks), batches.parallel.concurrency) == (count, workers)
    assert last.needs == (0,)


@given(st.binary(max_size=200) | st.from_regex(rb'\{"(item_list|workers)": ?[\[\]{}",0-9a-z:]*\}?'))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Whatever else it raised would be told as a fault of ours."""
    with suppress(Fault):
        assert batch_submission.read(body).kept["workers"] >= 1


@given(st.text("*?[]{},!\\^-/ab.", max_size=20), st.text("ab./-", max_size=20))
def test_any_pattern_is_read_or_refused(pattern: str, path: str) -> None:
    with suppress(Fault):
        globs.compiled(pattern)(path)


@given(st.text("ab./-", min_size=1, max_size=20))
def test_a_path_is_its_own_pattern_and_two_stars_match_everything(path: str) -> None:
    assert globs.compiled(path)(path)
    assert globs.compiled("**")(path)
    assert globs.compiled("*")(path) == ("/" not in path)
