"""A YAML body is read as yaml.v3 reads it with unknown fields refused."""

import pytest

from tests.conformance.tork.refusing import YAML, refusal, taken

SYNTAX = [
    ("", "EOF"),
    ("# nothing\n\n", "EOF"),
    ("\tname: x", "yaml: found character that cannot start any token"),
    ("name: x\n\ttags: []", "yaml: line 2: found a tab character that violates indentation"),
    ("name: x\ntags: a: b", "yaml: line 2: mapping values are not allowed in this context"),
    ("name: a: b", "yaml: mapping values are not allowed in this context"),
    ("name: [a", "yaml: line 1: did not find expected ',' or ']'"),
    ("name: x\n  tags: y", "yaml: line 2: mapping values are not allowed in this context"),
    ("name: 'x", "yaml: found unexpected end of stream"),
    ('name: "\\q"', "yaml: found unknown escape character"),
    ("name: *a", "yaml: unknown anchor 'a' referenced"),
    ("name: @x", "yaml: found character that cannot start any token"),
    ("- a\nb: c", "yaml: line 1: did not find expected '-' indicator"),
    ("name: \x01", "yaml: control characters are not allowed"),
    (b"name: \xff", "yaml: invalid leading UTF-8 octet"),
    ("name: x\ntasks: &a [{parallel: {tasks: *a}}]", "yaml: anchor 'a' value contains itself"),
    ("<<: x", "yaml: map merge requires map or sequence of maps as the value"),
    ("name: !!binary '*'", "yaml: !!binary value contains invalid base64 data"),
    ("name: !!int x", "yaml: cannot decode !!str `x` as a !!int"),
]


@pytest.mark.parametrize(("body", "message"), SYNTAX)
def test_what_is_no_yaml_is_told_in_yaml_v3s_words(body: str, message: str) -> None:
    assert refusal(body, YAML) == message


ERRORS = [
    ("foo", "line 1: cannot unmarshal !!str `foo` into input.Job"),
    ("- a", "line 1: cannot unmarshal !!seq into input.Job"),
    ("name: []", "line 1: cannot unmarshal !!seq into string"),
    ("name: {a: b}", "line 1: cannot unmarshal !!map into string"),
    ("tasks: abcdefghijkl", "line 1: cannot unmarshal !!str `abcdefg...` into []input.Task"),
    ("defaults: {priority: x}", "line 1: cannot unmarshal !!str `x` into int"),
    ("defaults: {priority: true}", "line 1: cannot unmarshal !!bool `true` into int"),
    (
        "name: x\nfoo: 1\nbaz: 2",
        "line 2: field foo not found in type input.Job\n"
        "  line 3: field baz not found in type input.Job",
    ),
    ("Name: x", "line 1: field Name not found in type input.Job"),
    ("defaults:\n  limits:\n    cpu: 1", "line 3: field cpu not found in type input.Limits"),
    ("name: a\nname: b", 'line 2: mapping key "name" already defined at line 1'),
    (
        "name: [\n]\ntasks:\n- {run: {}}",
        "line 1: cannot unmarshal !!seq into string\n  line 4: cannot unmarshal !!map into string",
    ),
]


@pytest.mark.parametrize(("body", "message"), ERRORS)
def test_every_error_is_listed_with_its_line(body: str, message: str) -> None:
    assert refusal(body, YAML) == f"yaml: unmarshal errors:\n  {message}"


def test_any_scalar_is_taken_for_text() -> None:
    job = taken("name: 1\ndescription: true\noutput: ~\ntasks: [{name: 1.50}]", YAML)
    assert (job.name, job.description, job.output, job.tasks[0].name) == ("1", "true", "", "1.50")


def test_a_fraction_is_cut_off_where_a_number_is_wanted() -> None:
    assert taken("name: x\ntasks: [{name: t, priority: 1.5}]", YAML).tasks[0].priority == 1


def test_null_in_a_list_is_left_out_and_in_a_map_empty() -> None:
    job = taken("name: x\ninputs: {a: ~}\ntasks: [~, {name: t, cmd: [a, ~, b]}]", YAML)
    assert job.inputs == {"a": ""}
    assert [task.cmd for task in job.tasks] == [("a", "b")]


def test_anchors_merges_and_binary_work() -> None:
    job = taken(
        "name: !!binary aGk=\ntasks:\n- &a {name: one, run: x}\n- {<<: *a, name: two}\n- *a",
        YAML,
    )
    assert job.name == "hi"
    assert [(task.name, task.run) for task in job.tasks] == [
        ("one", "x"),
        ("two", "x"),
        ("one", "x"),
    ]


def test_only_the_first_document_counts() -> None:
    assert taken("name: x\ntasks: [{name: t}]\n---\nnope: 1", YAML).name == "x"


def test_what_aliases_would_blow_up_is_refused() -> None:
    lines = ["x0: &x0 {run: a}"]
    lines += [f"x{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 9)}]}}" for n in range(1, 10)]
    body = "\n".join([*lines, "tasks: [*x9]"])
    assert refusal(body, YAML) == "yaml: document contains excessive aliasing"
