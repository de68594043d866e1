"""Text as Go writes it into its messages."""

import codecs

_SHORT = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}
_DELETE = 0x7F
_PLANE_END = 0xFFFF


def quote(text: str) -> str:
    """In double quotes, everything that cannot be printed escaped."""
    return '"' + "".join(map(_quoted, text)) + '"'


def quote_byte(byte: str) -> str:
    """One byte (as the character of its value) in single quotes."""
    if byte == "'":
        return "'\\''"
    if byte == '"':
        return "'\"'"
    return f"'{_quoted(byte)}'"


def _quoted(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if char == " " or (char.isprintable() and code != _DELETE):
        return char
    if code < ord(" ") or code == _DELETE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _PLANE_END else f"\\U{code:08x}"


def _each_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error("windlass.each-byte", _each_byte)


def decode_utf8(data: bytes) -> str:
    """Every byte that is not part of valid UTF-8 becomes one U+FFFD."""
    return data.decode("utf-8", "windlass.each-byte")
