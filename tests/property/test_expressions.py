"""Whatever is written between braces: a text comes out, or an ExpressionError."""

from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from windlass.coordinator.engine.expressions import ExpressionError, evaluate, render
from windlass.coordinator.engine.expressions.functions import FUNCTIONS
from windlass.coordinator.engine.expressions.limits import MAX_TEXT
from windlass.coordinator.engine.expressions.predicates import PREDICATES

CONTEXT = {
    "inputs": {"a": "x", "n": "3"},
    "tasks": {"t": '{"a": [1]}'},
    "item": {"index": "0", "value": {"k": [1, 2.5, None, True]}},
}

_OPERATORS = ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", "..", "??", "&&", "||"]
_OPERATORS += ["in", "matches", "contains", "startsWith"]
_LEAVES = ["1", "-2.5", "'a'", "nil", "true", "[]", "{}", "inputs.a", "item.value.k", "#", ".k"]
_LEAVES += ["9223372036854775807", "1..3", "['b', 1]", "{a: 1}", "now()", "duration('1h')", "$env"]
_MARKS = [*"()[]{},:;?.#!=|", "?.", "let", "if", "else", "not", "x"]
_TOKENS = [*_OPERATORS, *_LEAVES, *_MARKS]

anything = st.text()
tokens = st.lists(st.sampled_from(_TOKENS), max_size=12).map(" ".join)


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(_OPERATORS)
    name = st.sampled_from(sorted(FUNCTIONS.keys() | PREDICATES.keys()))
    arguments = st.lists(inner, max_size=3).map(", ".join)
    return st.one_of(
        st.builds("({} {} {})".format, inner, operator, inner),
        st.builds("{}({})".format, name, arguments),
        st.builds("({}) | {}({})".format, inner, name, arguments),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:{}]".format, inner, inner, inner),
        st.builds("(let v = {}; [v, {}])".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("not {}".format, inner),
    )


well_formed = st.recursive(st.sampled_from(_LEAVES), _deeper, max_leaves=12)


@given(st.one_of(anything, tokens, well_formed))
@settings(max_examples=400, deadline=None)
@example("[" * 5_000)
@example("a" * 20_000)
def test_any_expression_gives_a_value_or_an_expression_error(source: str) -> None:
    for text in (source, "{{ " + source + " }}", "{{" + source):
        with suppress(ExpressionError):
            rendered = render(text, CONTEXT)
            assert len(rendered) <= max(MAX_TEXT, len(text))
            rendered.encode()
        with suppress(ExpressionError):
            evaluate(text, CONTEXT)


@given(st.text(alphabet="{} \n\ta1", max_size=60))
def test_text_outside_of_blocks_stays_as_it_is(text: str) -> None:
    """Every literal part appears in the result, in its order; without a block, nothing changes."""
    try:
        rendered = render(text, CONTEXT)
    except ExpressionError:
        return
    if "{{" not in text or "}}" not in text:
        assert rendered == text
    assert rendered.count("\n") <= text.count("\n")


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_integers_wrap_like_64_bits(left: int, right: int) -> None:
    context = {"a": left, "b": right}

    total = evaluate("a + b", context)

    assert isinstance(total, int)
    assert -(2**63) <= total < 2**63
    assert (total - left - right) % 2**64 == 0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_float_reads_back_as_the_same(value: float) -> None:
    assert float(render("{{ v }}", {"v": value})) == value
