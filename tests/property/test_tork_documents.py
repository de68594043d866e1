"""Whatever is sent to Tork's door: it is refused in words, or it is a job that can be submitted."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from windlass.coordinator.dialects.tork.documents import decode, encode
from windlass.coordinator.dialects.tork.intake import Refused, read_job
from windlass.coordinator.dialects.tork.model import STRUCTS, Type
from windlass.coordinator.dialects.tork.rules import OURS
from windlass.coordinator.dialects.tork.translate import to_submission
from windlass.coordinator.engine import check
from windlass.coordinator.engine.expressions import ExpressionError, check_first

TAKEN = "taken"
KINDS = ["application/json", "text/yaml"]
WORDS = ["", " ", "x", "1", "0", "-1s", "5s", "1/2", "10m", "abc", "{{ inputs.a }}", "{{ a b }}"]
WORDS += ["/t", "volume", "bind", "tmpfs", "@daily", "a=b", "..", "\u00e9", "\0", "a" * 300, "=1"]

texts = st.sampled_from(WORDS) | st.text(max_size=8)
numbers = st.integers(-1, 12)


def values(type: Type, depth: int) -> st.SearchStrategy[Any]:
    if type.struct:
        return structs(type.struct, depth - 1) if depth else st.none()
    if type.item and type.is_list:
        return st.lists(values(type.item, depth), max_size=2)
    if type.item:
        return st.dictionaries(texts, texts, max_size=2)
    return {"int": numbers, "bool": st.booleans(), "float64": numbers}.get(type.name, texts)


def structs(name: str, depth: int) -> st.SearchStrategy[Any]:
    """Mostly what can be a job: names, tasks and lists are there."""
    fields = STRUCTS[name].fields.values()
    needed = {f.key: values(f.type, depth) for f in fields if f.key in {"name", "tasks", "limit"}}
    others = {f.key: values(f.type, depth) for f in fields if f.key not in needed}
    return st.fixed_dictionaries(needed, optional=others)


def _submit(body: bytes, kind: str, scheduled: bool) -> str:
    """The words of the refusal, or TAKEN."""
    try:
        document = read_job(body, kind, scheduled=scheduled)
    except Refused as refused:
        return str(refused)
    assert decode(encode(document)).tasks == document.tasks
    submission = to_submission(document)
    assert check.problems(submission.spec) == []
    assert check.submission_problems(submission) == []
    return TAKEN


@given(st.binary(), st.sampled_from(KINDS), st.booleans())
@example(b"[" * 100_000, KINDS[0], False)
@example(b'{"tasks":[' * 20_000, KINDS[0], False)
@example(b'{"tasks":[{"parallel":' * 4_000 + b"1" + b"}]}" * 4_000, KINDS[0], False)
@example(b"- " * 100_000, KINDS[1], False)
@example(b"tasks: [{parallel: {" * 300 + b"}}]" * 300, KINDS[1], False)
@example(b'"\xed\xa0\x80\\ud800', KINDS[1], False)
def test_no_bytes_do_anything_but_be_refused_or_become_a_job(
    body: bytes, kind: str, scheduled: bool
) -> None:
    assert _submit(body, kind, scheduled)


@settings(max_examples=300)
@given(structs("Job", 4), st.sampled_from(KINDS))
def test_what_has_the_shape_of_a_job_is_refused_in_words_or_can_be_submitted(
    job: dict[str, Any], kind: str
) -> None:
    assert _submit(json.dumps(job).encode(), kind, scheduled=False)


@given(structs("Task", 3))
def test_a_valid_task_can_be_submitted_whatever_its_worker_will_say(task: dict[str, Any]) -> None:
    """Only what cannot fail validation is left in it."""
    kept = {key: task[key] for key in ("run", "image", "env", "files", "limits") if key in task}
    body = json.dumps({"name": "j", "tasks": [kept | {"name": "t"}]}).replace("\\u0000", "")
    wanted = TAKEN if len(kept.get("image", "")) <= OURS else "'max' tag"
    assert wanted in _submit(body.encode(), KINDS[0], scheduled=False)


@given(st.text())
def test_any_text_can_be_looked_at_as_an_expression(text: str) -> None:
    said = ""
    try:
        check_first(text)
    except ExpressionError as problem:
        said = str(problem)
    assert said.startswith(("error compiling expression: ", "a text may hold")) or not said
