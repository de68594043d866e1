"""Rows in the binary form of COPY: bytes travel as they are, neither quoted nor doubled in hex."""

import struct
from io import BytesIO

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = struct.pack(">h", -1)
_COUNT = struct.Struct(">h")
_LENGTH = struct.Struct(">i")


class Rows:
    def __init__(self) -> None:
        self._parts = [_HEADER]

    def add(self, *fields: bytes) -> None:
        """One row; each field as Postgres sends it in binary."""
        self._parts.append(_COUNT.pack(len(fields)))
        for field in fields:
            self._parts.append(_LENGTH.pack(len(field)))
            self._parts.append(field)

    def finished(self) -> BytesIO:
        return BytesIO(b"".join([*self._parts, _END]))
