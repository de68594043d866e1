"""A JSON body is read as Go's decoder reads it; its messages are part of the contract."""

import pytest

from tests.conformance.tork.refusing import refusal, taken

SYNTAX = [
    (b"", "EOF"),
    (b"  \n\t", "EOF"),
    (b"{", "unexpected EOF"),
    (b'{"name":"x"', "unexpected EOF"),
    (b'{"name":"x', "unexpected EOF"),
    (b'{"name":"x\\', "unexpected EOF"),
    (b'{"name":tru', "unexpected EOF"),
    (b"x", "invalid character 'x' looking for beginning of value"),
    (b"'", "invalid character '\\'' looking for beginning of value"),
    (b"\xef\xbb\xbf{}", "invalid character '\u00ef' looking for beginning of value"),
    (b"\xa0", "invalid character '\\u00a0' looking for beginning of value"),
    (b"\x00", "invalid character '\\x00' looking for beginning of value"),
    (b'{"a":}', "invalid character '}' looking for beginning of value"),
    (b'{"a"}', "invalid character '}' after object key"),
    (b"{a:1}", "invalid character 'a' looking for beginning of object key string"),
    (b'{"name":"x",}', "invalid character '}' looking for beginning of object key string"),
    (b'{"a":1 "b"', "invalid character '\"' after object key:value pair"),
    (b'{"tags":["a" "b"]}', "invalid character '\"' after array element"),
    (b'{"tags":["a",]}', "invalid character ']' looking for beginning of value"),
    (b'{"name":"a\nb"}', "invalid character '\\n' in string literal"),
    (b'{"name":"\\q"}', "invalid character 'q' in string escape code"),
    (b'{"name":"\\u12x4"}', "invalid character 'x' in \\u hexadecimal character escape"),
    (b'{"a":trux}', "invalid character 'x' in literal true (expecting 'e')"),
    (b'{"a":nul1}', "invalid character '1' in literal null (expecting 'l')"),
    (b'{"a":-x}', "invalid character 'x' in numeric literal"),
    (b'{"a":01}', "invalid character '1' after object key:value pair"),
    (b'{"a":1.x}', "invalid character 'x' after decimal point in numeric literal"),
    (b'{"a":1e+x}', "invalid character 'x' in exponent of numeric literal"),
    (b"[" * 10_001, "invalid character '[' exceeded max depth"),
]


@pytest.mark.parametrize(("body", "message"), SYNTAX)
def test_what_is_no_json_is_told_in_gos_words(body: bytes, message: str) -> None:
    assert refusal(body) == message


def _struct(found: str, field: str, wanted: str) -> str:
    return f"json: cannot unmarshal {found} into Go struct field {field} of type {wanted}"


TYPES = [
    ("[]", "json: cannot unmarshal array into Go value of type input.Job"),
    ("1 x", "json: cannot unmarshal number into Go value of type input.Job"),
    ('"a"', "json: cannot unmarshal string into Go value of type input.Job"),
    ("true", "json: cannot unmarshal bool into Go value of type input.Job"),
    ('{"name":1}', _struct("number", "Job.name", "string")),
    ('{"tasks":{}}', _struct("object", "Job.tasks", "[]input.Task")),
    ('{"tasks":[1]}', _struct("number", "Job.tasks", "input.Task")),
    ('{"tasks":[{"env":{"A":1}}]}', _struct("number", "Task.tasks.env", "string")),
    ('{"tasks":[{"env":[]}]}', _struct("array", "Task.tasks.env", "map[string]string")),
    ('{"tasks":[{"priority":1.5}]}', _struct("number 1.5", "Task.tasks.priority", "int")),
    ('{"tasks":[{"priority":"1"}]}', _struct("string", "Task.tasks.priority", "int")),
    ('{"defaults":{"retry":5}}', _struct("number", "Defaults.defaults.retry", "input.Retry")),
    (
        '{"tasks":[{"parallel":{"tasks":[{"run":true}]}}]}',
        _struct("bool", "Task.tasks.parallel.tasks.run", "string"),
    ),
    ('{"wait":{"timeout":5}}', _struct("number", "Wait.wait.timeout", "string")),
    ('{"tags":"a"}', _struct("string", "Job.tags", "[]string")),
    ('{"nam":"x"}', 'json: unknown field "nam"'),
    ('{"na\\u0000\\n\\"m":"x"}', 'json: unknown field "na\\x00\\n\\"m"'),
    ('{"tasks":[{"retry":{"attempts":1}}]}', 'json: unknown field "attempts"'),
    ('{"tasks":[{"probe":{}}]}', 'json: unknown field "probe"'),
    ('{"tasks":[{"state":"x"}]}', 'json: unknown field "state"'),
    ('{"schedule":{"cron":"@daily"}}', 'json: unknown field "schedule"'),
]


@pytest.mark.parametrize(("body", "message"), TYPES)
def test_what_does_not_fit_is_told_with_the_path_of_go(body: str, message: str) -> None:
    assert refusal(body) == message


def test_the_first_error_is_told_whatever_follows() -> None:
    assert refusal('{"name":1,"nope":2}') == _struct("number", "Job.name", "string")
    assert refusal('{"nope":2,"name":1}') == 'json: unknown field "nope"'


def test_syntax_is_looked_at_before_types() -> None:
    assert refusal('{"name":1,') == "unexpected EOF"


def test_keys_match_without_regard_to_case_and_the_last_one_wins() -> None:
    job = taken('{"NAME":"a","name":"b","ta\u017fks":[{"Name":"t","RUN":"x"}]}')
    assert (job.name, job.tasks[0].run) == ("b", "x")


def test_maps_and_parts_that_come_twice_are_put_together() -> None:
    job = taken(
        '{"name":"a","inputs":{"x":"1"},"inputs":{"y":"2"},"tasks":[{"name":"t"}],'
        '"defaults":{"queue":"q"},"defaults":{"priority":3}}'
    )
    assert job.inputs == {"x": "1", "y": "2"}
    assert job.defaults is not None
    assert (job.defaults.queue, job.defaults.priority) == ("q", 3)


def test_null_empties_lists_and_leaves_text_as_it_was() -> None:
    sentence = "Key: 'Job.Tasks' Error:Field validation for 'Tasks' failed on the 'required' tag"
    assert refusal('{"name":"a","name":null,"tasks":[{"name":"t"}],"tasks":null}') == sentence


def test_bad_utf8_and_halves_of_pairs_become_replacement_characters() -> None:
    job = taken(b'{"name":"\xe2\x82|\\ud800|\\ud83d\\ude00","tasks":[{"name":"t"}]}')
    assert job.name == "\ufffd\ufffd|\ufffd|\U0001f600"


def test_only_the_first_value_of_a_body_counts() -> None:
    assert taken('{"name":"a","tasks":[{"name":"t"}]} and {').name == "a"


def test_null_is_an_empty_job() -> None:
    assert refusal("null") == (
        "Key: 'Job.Name' Error:Field validation for 'Name' failed on the 'required' tag\n"
        "Key: 'Job.Tasks' Error:Field validation for 'Tasks' failed on the 'required' tag"
    )
