"""Text of doors that know no templates is literal where the engine's is a template."""

_OPEN = "{{"
_ESCAPED = "{{ '{{' }}"  # an expression whose value is its own beginning


def escape(text: str) -> str:
    return text.replace(_OPEN, _ESCAPED)


def unescape(text: str) -> str:
    return text.replace(_ESCAPED, _OPEN)
