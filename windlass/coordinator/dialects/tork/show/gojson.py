"""JSON as Go's encoder writes it: some characters escaped, whole floats without a point, a
newline at the end. Its maps are sorted, which whoever makes a map for an answer sees to."""

import msgspec

_encode = msgspec.json.Encoder().encode

_ESCAPED = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}


def encode(content: object) -> bytes:
    text = _encode(content)
    for plain, escaped in _ESCAPED.items():
        text = text.replace(plain, escaped)
    return text + b"\n"


def number(value: float, digits: int = 2) -> float | int:
    """At most so many decimals, and no point where there are none."""
    return whole(round(float(value), digits))


def whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value
