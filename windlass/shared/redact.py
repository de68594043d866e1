"""Keep secrets out of what is shown: by key name, and by value."""

import re
from collections.abc import Iterable, Mapping

MASK = "[REDACTED]"

_SECRET_KEY = re.compile(
    r"secret|passw(or)?d|passphrase|token|credential|api_?key|access_?key|private_?key",
    re.IGNORECASE,
)


def is_secret_key(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def redact_env(env: Mapping[str, str]) -> dict[str, str]:
    return {key: MASK if is_secret_key(key) and value else value for key, value in env.items()}


_SHORT = 2  # characters; a text so short would shred others, and is hidden only where it is alone


class Redactor:
    """Hides texts by their values. An empty one hides nothing."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = set(filter(None, values))
        self.alone = frozenset(value for value in known if len(value) <= _SHORT)
        self.within = tuple(sorted(known - self.alone, key=len, reverse=True))

    def __bool__(self) -> bool:
        return bool(self.alone or self.within)

    def text(self, text: str) -> str:
        return MASK if text in self.alone else redact_text(text, self.within)


def redact_text(text: str, secrets: Iterable[str]) -> str:
    """Longest first, so that a secret inside another leaves nothing of either."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
