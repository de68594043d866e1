"""Compiled expressions, kept by source and by what is known of the names in them."""

from collections.abc import Mapping
from functools import lru_cache

from windlass.coordinator.engine.expressions.checking import Names, nature
from windlass.coordinator.engine.expressions.compiling import Step, compiled
from windlass.coordinator.engine.expressions.frames import Frame
from windlass.coordinator.engine.expressions.limits import Budget
from windlass.coordinator.engine.expressions.natures import TEXTS, UNKNOWN, nature_of
from windlass.coordinator.engine.expressions.problems import ExpressionError, Fault, describe
from windlass.coordinator.engine.expressions.syntax import parse
from windlass.coordinator.engine.expressions.values import Texts

# Always there, and all their values are strings.
_JOB = "job"
_MAPS_OF_TEXT = ("inputs", "secrets", "tasks", "job")
_KNOWN = tuple((name, TEXTS) for name in _MAPS_OF_TEXT)
_NOTHING: Mapping[str, object] = {}


def names_of(context: Mapping[str, object]) -> Names:
    """What is known of each name before anything is evaluated."""
    richer = _is_rich(context.get(_JOB))
    others = [name for name in context if name not in _MAPS_OF_TEXT or (richer and name == _JOB)]
    if not others:
        return _KNOWN
    known = tuple(pair for pair in _KNOWN if pair[0] != _JOB) if richer else _KNOWN
    return known + tuple((name, nature_of(context[name])) for name in sorted(others))


def known_names(names: "frozenset[str]") -> Names:
    others = names.difference(_MAPS_OF_TEXT)
    return _KNOWN + tuple((name, UNKNOWN) for name in sorted(others))


def environment(context: Mapping[str, object]) -> dict[str, object]:
    env = dict(context)
    for name in _MAPS_OF_TEXT:
        if name == _JOB and _is_rich(context.get(name)):
            continue
        env[name] = Texts(context.get(name) or _NOTHING)  # type: ignore[arg-type]  # a context holds mappings there
    return env


def _is_rich(job: object) -> bool:
    """Conditions of webhooks see a job with numbers and lists; templates its id and name alone."""
    return isinstance(job, Mapping) and not all(isinstance(value, str) for value in job.values())


@lru_cache(maxsize=4096)
def check_alone(source: str) -> None:
    """What can be said of it without knowing any name. Raises ExpressionError."""
    try:
        nature(parse(source), (), strict=False)
    except Fault as fault:
        raise _compile_error(source, describe(fault, source)) from None
    except RecursionError:
        raise _compile_error(source, "the expression is nested too deeply") from None


@lru_cache(maxsize=4096)
def program(source: str, names: Names, strict: bool = True) -> Step:
    """Raises ExpressionError, with the place."""
    try:
        tree = parse(source)
        nature(tree, names, strict)
        return compiled(tree)
    except Fault as fault:
        raise _compile_error(source, describe(fault, source)) from None
    except RecursionError:
        raise _compile_error(source, "the expression is nested too deeply") from None


def _compile_error(source: str, what: str) -> ExpressionError:
    return ExpressionError(f"error compiling expression: {source}: {what}")


def run(source: str, step: Step, env: Mapping[str, object], budget: Budget) -> object:
    """Raises ExpressionError, with the place."""
    try:
        return step(Frame(env, budget, _NOTHING))
    except Fault as fault:
        raise evaluation_error(source, describe(fault, source)) from None
    except RecursionError:
        raise evaluation_error(source, "a value is nested too deeply") from None


def evaluation_error(source: str, what: str) -> ExpressionError:
    return ExpressionError(f"error evaluating expression: {source}: {what}")
