"""Text that Postgres and every JSON reader can hold."""

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def slug(text: str) -> str:
    """Lower case letters and digits, with a dash for each stretch of anything else."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def clean(text: str) -> str:
    """NUL and lone surrogates replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def is_clean(text: str) -> bool:
    return _UNSTORABLE.search(text) is None
