"""Tork's expression language: what comes out, and what is said when nothing does."""

import pytest

from windlass.coordinator.engine.expressions import ExpressionError, render

CONTEXT = {
    "inputs": {"a": "1", "b": "hello"},
    "secrets": {"s": "x"},
    "tasks": {"t": "[1,2]"},
    "job": {"id": "0a", "name": "n"},
    "item": {"index": "0", "value": 7},
}

PRINTED = [
    ("inputs.b", "hello"),
    ("10000000", "10000000"),
    ("1000000.0", "1e+06"),
    ("10**21", "1e+21"),
    ("1.0", "1"),
    ("0.1+0.2", "0.30000000000000004"),
    ('fromJSON("1000000")', "1e+06"),
    ("true", "true"),
    ("nil", "<nil>"),
    ("[1,2,3]", "[1 2 3]"),
    ('["a","b"]', "[a b]"),
    ("{b:1,a:[nil]}", "map[a:[<nil>] b:1]"),
    ("inputs.nope", ""),
    ("tasks.nope", ""),
    ("secrets.nope", ""),
    ("job.nope", ""),
    ("item.missing", "<nil>"),
    ("inputs.nope ?? 'd'", ""),
    ("1/0", "+Inf"),
    ("1; 2", "2"),
    ("$env.inputs.a", "1"),
    ("let x = 1; x + 1", "2"),
    ("inputs.b | upper()", "HELLO"),
    ("sequence(1,4)", "[1 2 3]"),
    ("sequence(4,1)", "[]"),
    ("randomInt(1)", "0"),
    ("1..3", "[1 2 3]"),
    ('inputs.a == "1" ? "y" : "n"', "y"),
    ("inputs.b[0:2]", "he"),
    ('toJSON({"a":[1]})', '{\n  "a": [\n    1\n  ]\n}'),
    ('toBase64("abc")', "YWJj"),
    ("fromJSON(tasks.t)[1] + 1", "3"),
    ("filter(1..5, # > 3)", "[4 5]"),
    ('"b" in ["b"] and not ("x" in inputs)', "true"),
    ("item.index + string(item.value)", "07"),
]


@pytest.mark.parametrize(("source", "text"), PRINTED)
def test_a_value_is_printed_as_go_prints_it(source: str, text: str) -> None:
    assert render(f"<{{{{ {source} }}}}>", CONTEXT) == f"<{text}>"


WRONG = [
    ("inputs.a + 1", "invalid operation: + (mismatched types string and int)", 10),
    ("inputs.a == 1", "invalid operation: == (mismatched types string and int)", 10),
    ("nope", "unknown name nope", 1),
    ("nope.x", "unknown name nope", 1),
    ("sprintf('%d', 1)", "unknown name sprintf", 1),
    ("1 +", "unexpected token EOF", 3),
    ("inputs.", "unexpected end of expression", 7),
    ("a b", 'unexpected token Identifier("b")', 3),
    ('"abc', "literal not terminated", 5),
    ("1 & 2", 'unexpected token Operator("&")', 3),
    ('"\u65e5\u672c" + 1', "invalid operation: + (mismatched types string and int)", 6),
    ("1 + nil", "invalid operation: + (mismatched types int and unknown)", 3),
    ('"a" matches "("', "error parsing regexp: missing closing ): `(`", 5),
]


@pytest.mark.parametrize(("source", "message", "column"), WRONG)
def test_what_does_not_compile_is_told_with_its_place(
    source: str, message: str, column: int
) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(f"{{{{ {source} }}}}", CONTEXT)
    mark = "." * (column - 1) + "^"
    assert str(caught.value) == (
        f"error compiling expression: {source}: {message} (1:{column})\n | {source}\n | {mark}"
    )


FAILING = [
    ('fromJSON("{bad")', "invalid character 'b' looking for beginning of object key string"),
    ('fromJSON("")', "unexpected end of JSON input"),
    ('fromJSON("tru")', "invalid character ' ' in literal true (expecting 'e')"),
    ('fromJSON("1 2")', "invalid character '2' after top-level value"),
    ('fromBase64("!!")', "illegal base64 data at input byte 0"),
    ('fromBase64("YWJ=j")', "illegal base64 data at input byte 4"),
    ('duration("1x")', 'time: unknown unit "x" in duration "1x"'),
]


@pytest.mark.parametrize(("source", "message"), FAILING)
def test_what_cannot_be_evaluated_is_told_as_go_tells_it(source: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(f"{{{{ {source} }}}}", CONTEXT)
    assert str(caught.value) == (
        f"error evaluating expression: {source}: {message} (1:1)\n | {source}\n | ^"
    )


def test_empty_braces_are_literal_and_braces_around_space_are_not() -> None:
    assert render("a {{}} b", CONTEXT) == "a {{}} b"
    with pytest.raises(ExpressionError, match="error compiling expression"):
        render("a {{ }} b", CONTEXT)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", " \n "])
def test_any_white_space_may_surround_an_expression(space: str) -> None:
    assert render(f"{{{{{space}inputs.a{space}}}}}", CONTEXT) == "1"


def test_text_and_blocks_may_be_mixed() -> None:
    assert render("x={{ inputs.a }},y={{inputs.b}}{{", CONTEXT) == "x=1,y=hello{{"


def test_what_a_block_gives_is_not_evaluated_again() -> None:
    outputs = {"t": "{{ secrets.s }}"}
    assert render("{{ tasks.t }}", CONTEXT | {"tasks": outputs}) == "{{ secrets.s }}"
