"""Facts a worker reports: past tense, additive only, at least once, in order per worker."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from windlass.shared.states import Reason


class LogChunk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of an attempt's log, byte-exact. Chunks of an attempt leave the worker in order.

    ``first_byte`` counts bytes and ``first_line`` newlines before this chunk, over both streams as
    they were merged; ``size`` bytes and ``lines`` newlines in it. Sent again after a failure, the
    same bytes may be cut into other chunks: readers go by offset.
    """

    attempt_id: UUID
    stream: Literal["out", "err", "sys"] = "out"
    first_byte: int
    size: int
    first_line: int
    lines: int
    packed: bool = False  # data is zlib
    data: bytes


class AttemptEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    attempt_id: UUID
    node: str
    at: datetime  # the worker's clock: shown, never decided upon


class AttemptStarted(AttemptEvent, frozen=True, kw_only=True, tag="attempt.started"):
    """The container (or process) runs, or its image is being pulled."""


class AttemptProgressed(AttemptEvent, frozen=True, kw_only=True, tag="attempt.progressed"):
    percent: float  # 0 … 100
    message: str = ""  # what the runtime is busy with, such as pulling the image


class AttemptFinished(AttemptEvent, frozen=True, kw_only=True, tag="attempt.finished"):
    """``reason`` None: completed. ``log_bytes`` and ``log_sha256`` cover the whole log."""

    reason: Reason | None = None
    exit_code: int | None = None
    error: str = ""  # in words, for people; holds the last lines where there was output
    output: str | None = None  # the task's output file
    log_bytes: int = 0
    log_lines: int = 0
    log_sha256: str = ""
    tail: tuple[LogChunk, ...] = ()  # of the log, not sent before: one message less


class NodeEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    node: str
    at: datetime


class NodeBeat(NodeEvent, frozen=True, kw_only=True, tag="node.beat"):
    """Sent at start, every few seconds, and whenever what runs here changes a lot.

    ``running`` names every attempt this node holds a lease for: an attempt whose started event was
    lost with Redis is put right by it.
    """

    queues: tuple[str, ...]
    slots: int
    running: tuple[UUID, ...] = ()
    runtime: str
    version: str
    hostname: str
    draining: bool = False
    cpus: float = 0.0
    memory: int = 0
    disk_free: int = 0


class NodeLeft(NodeEvent, frozen=True, kw_only=True, tag="node.left"):
    """The worker ended in order; nothing of its runs any more or it will be taken up at restart."""


AnyEvent = AttemptStarted | AttemptProgressed | AttemptFinished | NodeBeat | NodeLeft

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(AnyEvent).decode
# msgpack for logs: bytes stay bytes, NUL and invalid UTF-8 included.
encode_chunk = msgspec.msgpack.Encoder().encode
decode_chunk = msgspec.msgpack.Decoder(LogChunk).decode
