"""The ``{{ }}`` language: templates over a job's inputs, secrets and the outputs of its tasks.

Never ``eval``, and what a template gives is never evaluated again. Anything a text may do to this
process (time, memory, nesting) is bounded by ``limits``; whatever goes wrong is an
``ExpressionError`` whose text may be shown to the user.
"""

from collections.abc import Collection, Mapping

from windlass.coordinator.engine.expressions.problems import ExpressionError

__all__ = ["ExpressionError", "check", "check_first", "evaluate", "is_templated", "render"]


def is_templated(text: str) -> bool:
    """Whether ``render`` could give anything but the text itself."""
    return "{{" in text


def check(text: str, names: Collection[str] | None = None) -> None:
    """Compile every block. With ``names``: these, and the ones that are always there (inputs,
    secrets, tasks, job), are all an expression may use."""
    from windlass.coordinator.engine.expressions import rendering  # noqa: PLC0415 - only who has templates pays

    rendering.check(text, names)


def check_first(text: str) -> None:
    """Compile what ``evaluate`` would evaluate, as far as that goes without knowing any name."""
    from windlass.coordinator.engine.expressions import rendering  # noqa: PLC0415 - likewise

    rendering.check_first(text)


def render(text: str, context: Mapping[str, object]) -> str:
    """The text with every block replaced by its value, printed as Go would."""
    if not is_templated(text):
        return text
    from windlass.coordinator.engine.expressions import rendering  # noqa: PLC0415 - likewise

    return rendering.render(text, context)


def evaluate(text: str, context: Mapping[str, object]) -> object:
    """The value of the first block of the text, or of the whole text where it has none."""
    from windlass.coordinator.engine.expressions import rendering  # noqa: PLC0415 - likewise

    return rendering.evaluate(text, context)
