"""Nothing a user writes may cost more than its share."""

import subprocess
import sys

import pytest

from windlass.coordinator.engine.expressions import ExpressionError, check, render
from windlass.coordinator.engine.expressions.limits import MAX_TEXT

LONG = {"inputs": {"x": "x" * 900_000, "nested": "[" * 100_000}}

DOUBLING = "reduce(1..60, [#acc, #acc], 0)"  # small in memory, endless when written out


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("repeat('a', 1000000000)", "at most 1048576 characters"),
        ("repeat('a', 9223372036854775807)", "at most 1048576 characters"),
        ("reduce(1..40, #acc + #acc, 'a')", "at most 1048576 characters"),
        ("replace(inputs.x, 'x', 'yyyy')", "at most 1048576 characters"),
        ("join(map(1..100000, 'aaaaaaaaaaaaaaaa'), 'bbbbbbbb')", "at most 1048576 characters"),
        ("1..1000000000", "memory budget exceeded"),
        ("sequence(0, 1000000000)", "memory budget exceeded"),
        ("split(inputs.x, '')", "memory budget exceeded"),
        ("reduce(1..30, concat(#acc, #acc), [1])", "too many steps"),
        ("map(1..1000, map(1..1000, map(1..1000, #)))", "too many steps"),
        ("inputs.x matches '(x|y|z){900}w'", "too many steps"),
        ("inputs.x matches '((x{100}){100}){100}'", "error parsing regexp"),
        ("uniq(map(1..100000, [#]))", "too many steps"),
        (f"let a = {DOUBLING}; a == a", "too many steps"),
        (f"mean({DOUBLING})", "too many steps"),
        (f"flatten({DOUBLING})", "too many steps"),
        (f"toJSON({DOUBLING})", "memory budget exceeded"),
        ("flatten(reduce(1..60, [#acc, #acc], []))", "too many steps"),
        (DOUBLING, "the expression takes too"),
        ("reduce(1..90000, [#acc], 0)", "a value is nested too deeply"),
        ("fromJSON(inputs.nested)", "nested too deeply"),
        ("-" * 200 + "1", "nested deeper than 80 levels"),
        ("+".join("1" * 200), "nested deeper than 80 levels"),
        ("[" * 200 + "]" * 200, "nested deeper than 80 levels"),
        ("1 + " * 5_000 + "1", "at most 16384 characters"),
    ],
)
def test_a_greedy_expression_is_stopped(source: str, part: str) -> None:
    with pytest.raises(ExpressionError) as problem:
        render("{{ " + source + " }}", LONG)

    assert part in str(problem.value)


def test_integers_stay_in_64_bits_and_powers_in_floats() -> None:
    assert render("{{ reduce(1..1000, #acc * 7, 1) }}", {}).lstrip("-").isdigit()
    assert render("{{ 10 ** 400 }} {{ (-10) ** 401 }}", {}) == "+Inf -Inf"


def test_many_expressions_share_one_budget() -> None:
    block = "{{ len(map(1..60000, #)) }}"

    assert render(block, {}) == "60000"
    with pytest.raises(ExpressionError, match="too many steps"):
        render(block * 20, {})


def test_a_text_holds_only_so_many_expressions() -> None:
    with pytest.raises(ExpressionError, match="at most 1000 expressions"):
        check("{{ 1 }}" * 1_001)


def test_what_is_rendered_has_a_greatest_length() -> None:
    context = {"inputs": {"x": "x" * (MAX_TEXT // 2 + 1)}}

    with pytest.raises(ExpressionError, match="longer than"):
        render("{{ inputs.x }}{{ inputs.x }}", context)


def test_braces_without_end_are_searched_in_one_pass() -> None:
    text = "{{" * 200_000 + "\n" * 200_000 + " {{ " * 100_000

    assert render(text, {}) == text


def test_lark_and_re2_are_imported_by_the_first_expression_only() -> None:
    script = (
        "import sys\n"
        "from windlass.coordinator.engine import expressions\n"
        "assert expressions.render('plain', {}) == 'plain'\n"
        "assert not {'lark', 're2'} & set(sys.modules)\n"
        "assert expressions.render('{{ 1 }}', {}) == '1'\n"
        "assert 'lark' in sys.modules and 're2' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
