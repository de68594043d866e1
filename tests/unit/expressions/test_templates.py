"""Where an expression begins and ends in a text."""

import pytest

from windlass.coordinator.engine.expressions import check, evaluate, is_templated, render
from windlass.coordinator.engine.expressions.problems import ExpressionError

CONTEXT = {"inputs": {"a": "A", "tricky": "{{ inputs.a }}"}}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("", ""),
        ("plain", "plain"),
        ("{{ inputs.a }}", "A"),
        ("{{inputs.a}}", "A"),
        ("x{{ inputs.a }}y{{ inputs.a }}z", "xAyAz"),
        ("{{\u00a0inputs.a\u00a0}}", "A"),
        ("{{\n inputs.a \n}}", "A"),
        ("{{ inputs.a\n}} {{ 1 }}", "A 1"),
        ("{{ 'a\nb' }} {{ 1 }}", "{{ 'a\nb' }} 1"),
        ("{{ {{\n inputs.a }}", "{{ A"),
        ("{{}}", "{{}}"),
        ("{{}} {{ 1 }}", "{{}} 1"),
        ("{{ open", "{{ open"),
        ("shut }}", "shut }}"),
        ("{ { 1 } }", "{ { 1 } }"),
        ("{{ '}' }}", "}"),
        ("$HOME ${X} %s \\{{ 1 }}", "$HOME ${X} %s \\1"),
    ],
)
def test_blocks_are_found_and_the_rest_is_literal(text: str, rendered: str) -> None:
    assert render(text, CONTEXT) == rendered


def test_what_a_template_gives_is_never_evaluated_again() -> None:
    assert render("{{ inputs.tricky }}", CONTEXT) == "{{ inputs.a }}"
    assert render("{{ '{' + '{ 1 }' + '}' }}", CONTEXT) == "{{ 1 }}"


def test_a_text_without_braces_is_not_templated() -> None:
    assert not is_templated("inputs.a")
    assert is_templated("{{ inputs.a }}")


def test_evaluate_takes_the_first_block_or_the_bare_text() -> None:
    assert evaluate("{{ 1 + 1 }} and {{ 3 }}", {}) == 2
    assert evaluate("1 + 1", {}) == 2


def test_every_block_is_checked() -> None:
    check("{{ inputs.a }} {{ whatever.b }}")

    with pytest.raises(ExpressionError, match="unexpected token EOF"):
        check("{{ inputs.a }} {{ 1 + }}")


def test_names_are_checked_where_they_are_told() -> None:
    check("{{ inputs.a + item.b }}", names=["item"])

    with pytest.raises(ExpressionError, match=r"unknown name input "):
        check("{{ input.a }}", names=["item"])


def test_check_tells_at_once_what_could_never_work() -> None:
    with pytest.raises(ExpressionError, match="mismatched types string and int"):
        check("{{ inputs.a + 1 }}")
    with pytest.raises(ExpressionError, match="unknown name sprintf"):
        check("{{ sprintf('a') }}")
