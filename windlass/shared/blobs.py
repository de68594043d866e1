"""How a worker, which never sees Postgres, comes by a stored file: piece by piece, through Redis.

Every request stands for itself, so that any coordinator answers it and a lost one is made again.
"""

from uuid import UUID

import msgspec

PIECE = 512 << 10  # bytes; the last one of a file may be shorter
WINDOW = 8  # pieces to one request: what a transfer may take of Redis's memory
ANSWER_TTL = 60  # seconds


class WantBlob(msgspec.Struct, frozen=True, kw_only=True):
    """``pieces`` of this file, from piece ``first``; the answer is an empty one where there are no
    more."""

    number: UUID  # of the request
    digest: str
    first: int
    pieces: int = WINDOW


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(WantBlob).decode
