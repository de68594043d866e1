"""Templates, evaluated."""

from collections.abc import Collection, Mapping

from windlass.coordinator.engine.expressions import programs
from windlass.coordinator.engine.expressions.blocks import blocks
from windlass.coordinator.engine.expressions.limits import MAX_TEXT, Budget
from windlass.coordinator.engine.expressions.printing import show
from windlass.coordinator.engine.expressions.problems import ExpressionError, Fault
from windlass.coordinator.engine.expressions.values import measure


def check(text: str, names: Collection[str] | None) -> None:
    known = programs.known_names(frozenset(names or ()))
    for _, source in blocks(text):
        if source is not None:
            programs.program(source, known, names is not None)


def check_first(text: str) -> None:
    programs.check_alone(_first(text))


def render(text: str, context: Mapping[str, object]) -> str:
    known, env, budget = programs.names_of(context), programs.environment(context), Budget()
    pieces: list[str] = []
    for literal, source in blocks(text):
        pieces.append(literal)
        if source is not None:
            step = programs.program(source, known)
            pieces.append(_shown(source, programs.run(source, step, env, budget), budget))
    rendered = "".join(pieces)
    if len(rendered) > MAX_TEXT:
        raise ExpressionError(f"the rendered text is longer than {MAX_TEXT} characters")
    return rendered


def _shown(source: str, value: object, budget: Budget) -> str:
    if type(value) is str:
        return value
    try:
        return show(budget, value)
    except Fault as fault:
        raise programs.evaluation_error(source, fault.message) from None
    except RecursionError:
        raise programs.evaluation_error(source, "a value is nested too deeply") from None


def evaluate(text: str, context: Mapping[str, object]) -> object:
    source = _first(text)
    env, budget = programs.environment(context), Budget()
    step = programs.program(source, programs.names_of(context))
    value = programs.run(source, step, env, budget)
    try:
        measure(budget, value)
    except Fault as fault:
        raise programs.evaluation_error(source, fault.message) from None
    except RecursionError:
        raise programs.evaluation_error(source, "a value is nested too deeply") from None
    return value


def _first(text: str) -> str:
    return next((found for _, found in blocks(text) if found is not None), text)
