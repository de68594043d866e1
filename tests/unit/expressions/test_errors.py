"""What is wrong, and where: messages of Tork's shape."""

import pytest

from windlass.coordinator.engine.expressions import ExpressionError, render

CONTEXT = {"inputs": {"a": "x"}, "item": {"index": "0", "value": 1}}


def message(source: str) -> str:
    with pytest.raises(ExpressionError) as problem:
        render("{{ " + source + " }}", CONTEXT)
    return str(problem.value)


def test_a_compile_error_shows_source_line_and_column() -> None:
    assert message("inputs.a + 1") == (
        "error compiling expression: inputs.a + 1: "
        "invalid operation: + (mismatched types string and int) (1:10)\n"
        " | inputs.a + 1\n"
        " | .........^"
    )


def test_an_evaluation_error_shows_source_line_and_column() -> None:
    assert message("[1, 2][5]") == (
        "error evaluating expression: [1, 2][5]: "
        "index out of range: 5 (array length is 2) (1:7)\n"
        " | [1, 2][5]\n"
        " | ......^"
    )


def test_a_blank_block_is_an_error() -> None:
    with pytest.raises(ExpressionError) as problem:
        render("{{ }}", CONTEXT)

    assert str(problem.value) == (
        "error compiling expression:  : unexpected token EOF (1:1)\n |  \n | ^"
    )


def test_the_mark_counts_characters_and_not_bytes() -> None:
    assert message("'ä' + 1").endswith("(1:5)\n | 'ä' + 1\n | ....^")


COMPILING = [
    ("a +", "unexpected token EOF"),
    ("[a b]", 'unexpected token Identifier("b") (1:4)'),
    ("[1,,]", 'unexpected token Operator(",") (1:4)'),
    ("(1", "unexpected token EOF"),
    ("'abc", "literal not terminated (1:5)"),
    ("'\\q'", "unknown escape sequence"),
    ("@", "unrecognized character: U+0040 '@'"),
    ("inputs.a ~ 'b'", "unrecognized character: U+007E '~' (1:10)"),
    ("1a", 'bad number syntax: "1a"'),
    (
        "99999999999999999999",
        'strconv.ParseInt: parsing "99999999999999999999": value out of range (1:20)',
    ),
    ("1e999", 'bad number syntax: "1e999"'),
    ("nil ?? 1 + 2", "coalesce expressions (+) cannot be mixed"),
    ("env['HOME']", "unknown name env (1:1)"),
    ("nope.x", "unknown name nope (1:1)"),
    ("sprintf('%d', 1)", "unknown name sprintf (1:1)"),
    ("inputs.a == 1", "invalid operation: == (mismatched types string and int) (1:10)"),
    ("inputs.a.b", "type string has no field b (1:10)"),
    ("inputs[1]", "cannot use int to get an element from map[string]string"),
    ("[1]['a']", "array elements can only be selected using an integer (got string)"),
    ("'a'[1]", "type string[int] is undefined"),
    ("!1", "invalid operation: ! (mismatched type int)"),
    ("1 ? 2 : 3", "non-bool expression (type int) used as condition"),
    ("1 in ['a']", "cannot use int as type string in array"),
    ("1 in inputs", "cannot use int as type string in map key"),
    ("inputs.a matches '['", "error parsing regexp: missing closing ]: `[` (1:10)"),
    ("{a: 1}[1:2]", "cannot slice map[string]interface {}"),
    ("[1]['a':]", "non-integer slice index string"),
    ("upper(1)", "cannot use int as argument (type string) to call upper  (1:7)"),
    ("upper()", "not enough arguments to call upper (1:1)"),
    ("upper('a', 'b')", "too many arguments to call upper (1:1)"),
    ("len(1)", "invalid argument for len (type int) (1:1)"),
    ("len('a', 'b')", "invalid number of arguments (expected 1, got 2)"),
    ("sequence(1)", "not enough arguments to call sequence"),
    ("randomInt('a')", "cannot use string as argument (type int) to call randomInt"),
    ("map(1, #)", "builtin map takes only array (got int)"),
    ("map([1])", "expected at least 2 arguments"),
    ("filter([1], # + 1)", "predicate should return boolean (got int)"),
    ("#", 'unexpected token Operator("#") (1:1)'),
    (".a", 'unexpected token Operator(".") (1:1)'),
    ("map([1], #other)", "unknown pointer #other"),
    ("let len = 1; len", "cannot redeclare builtin len"),
    ("let inputs = 1; inputs", "cannot redeclare inputs"),
    ("let f = 1; f()", "int is not callable"),
    ("upper({1})", 'unexpected token Bracket("{")'),
    ("'a'.upper()", "type string has no method upper"),
]

EVALUATING = [
    ("item.value + 'a'", "invalid operation: int + string (1:12)"),
    ("item.value.x", "cannot fetch x from int (1:12)"),
    ("item.nope.x", "cannot fetch x from <nil> (1:11)"),
    ("item.value ? 1 : 2", "interface conversion: interface {} is int, not bool"),
    ("-item.index", "invalid operation: - string"),
    ("item.index < 1", "invalid operation: string < int"),
    ("1 in item.index", 'operator "in" not defined on string'),
    ("item.value[1:2]", "cannot slice int"),
    ("upper(item.value)", "cannot use int as argument (type string) to call upper "),
    ("map(item.value, #)", "builtin map takes only array (got int)"),
    ("int('x')", "invalid operation: int(x)"),
    ("int('99999999999999999999')", "invalid operation: int(99999999999999999999)"),
    ("float('1_0')", "invalid operation: float(1_0)"),
    ("1 % 0", "integer divide by zero"),
    ("fromJSON('{')", "unexpected end of JSON input"),
    ("fromJSON('[1e999]')", "is too large"),
    ("fromJSON('NaN')", "invalid character 'N' looking for beginning of value"),
    ("fromBase64('?')", "illegal base64 data at input byte 0"),
    ("toJSON(1 / 0)", "json: unsupported value: +Inf"),
    ("randomInt(0)", "randomInt: the bound must be at least 1 (got 0)"),
    ("repeat('a', -1)", "expected positive integer, got -1"),
    ("take([1], -1)", "cannot take -1 elements"),
    ("join([1])", "interface {} is int, not string"),
    ("sort([1, 'a'])", "invalid operation: int < string"),
    ("sort([1], 'up')", "invalid order up, expected asc or desc"),
    ("reduce([], #acc)", "reduce of empty array with no initial value"),
    ("fromPairs([[1]])", "invalid pair length [1]"),
    ("groupBy([[1]], #)", "a list cannot be the key of a map"),
    ("max('a', 1)", "invalid argument for max (type string)"),
    ("bitshl(1, -1)", "negative shift count -1"),
    ("duration('1 hour')", 'time: unknown unit " hour" in duration "1 hour"'),
    ("date('tomorrow')", "invalid date tomorrow"),
    ("date('2024-13-01', '2006-01-02')", "out of range"),
    ("timezone('Nowhere/Land')", "unknown time zone Nowhere/Land"),
    ("now().Sleep()", "type time.Time has no method Sleep"),
    ("now().Format(1)", "cannot use int as argument to call Format"),
    ("date('9999-12-31') + duration('48h')", "the time is out of range"),
]


@pytest.mark.parametrize(("source", "part"), COMPILING)
def test_what_can_never_work_is_refused_when_compiling(source: str, part: str) -> None:
    found = message(source)

    assert found.startswith(f"error compiling expression: {source}: ")
    assert part in found


@pytest.mark.parametrize(("source", "part"), EVALUATING)
def test_what_goes_wrong_with_these_values_says_so(source: str, part: str) -> None:
    found = message(source)

    assert found.startswith(f"error evaluating expression: {source}: ")
    assert part in found
