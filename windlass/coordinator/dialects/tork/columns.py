"""What Tork's database would not have taken of a valid document, in its driver's words."""

import msgspec

from windlass.coordinator.dialects.tork.cron import LONGEST
from windlass.coordinator.dialects.tork.documents import Document, encode

_NAME = 256
_SCHEDULED_NAME = 64
_BAD_BYTE = 'invalid byte sequence for encoding "UTF8": 0x00'
_BAD_ESCAPE = "unsupported Unicode escape sequence"


def problem(document: Document, *, scheduled: bool) -> str:
    """Or ""."""
    what = _problem(document, _SCHEDULED_NAME if scheduled else _NAME)
    kind = "scheduled job" if scheduled else "job"
    return f"error inserting {kind} to the db: pq: {what}" if what else ""


def _problem(document: Document, longest: int) -> str:
    """NUL in a column of text is another error than NUL inside a document; the driver sends all
    before the database looks at lengths."""
    if "\\u0000" in encode(document):
        texts = (document.name, document.description, document.output, document.cron)
        in_text = any("\0" in text for text in (*texts, *document.tags))
        return _BAD_BYTE if in_text else _holds_nul(document)
    if len(document.name) > longest:
        return f"value too long for type character varying({longest})"
    if len(document.cron) > LONGEST:
        return f"value too long for type character varying({LONGEST})"
    return ""


def _holds_nul(document: Document) -> str:
    r"""A backslash that is followed by ``u0000`` looks the same once encoded."""
    return _BAD_ESCAPE if _nul_in(msgspec.to_builtins(document)) else ""


def _nul_in(value: object) -> bool:
    if isinstance(value, dict):
        return any(_nul_in(key) or _nul_in(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(map(_nul_in, value))
    return isinstance(value, str) and "\0" in value
