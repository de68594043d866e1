"""What a log becomes when chunks of it arrive in any order, twice, or cut elsewhere. Pure.

Stored chunks never overlap; the log reaches as far as they follow one another without a gap. Those
beyond a gap wait there until it is filled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from windlass.shared.events import LogChunk


@dataclass(frozen=True)
class Extent:
    """How far a log is stored without a gap."""

    bytes: int = 0
    lines: int = 0


@dataclass(frozen=True)
class Span:
    """Where a stored chunk lies."""

    first_byte: int
    size: int
    first_line: int
    lines: int

    @property
    def end(self) -> int:
        return self.first_byte + self.size


@dataclass
class Weave:
    """What to do: add each of ``fresh`` from the byte given with it; take away ``covered``; and of
    stored chunks keep only what follows the byte given in ``cut``."""

    extent: Extent
    fresh: list[tuple[LogChunk, int]] = field(default_factory=list)
    covered: list[int] = field(default_factory=list)
    cut: list[tuple[int, int]] = field(default_factory=list)


def weave(extent: Extent, waiting: Iterable[Span], arrived: Iterable[LogChunk]) -> Weave:
    """``waiting``: what is stored beyond the extent."""
    result = Weave(extent)
    at, gap = extent.bytes, False
    for span, chunk in _in_order(waiting, arrived):
        gap = gap or span.first_byte > at
        begin = max(at, span.first_byte)
        if span.end > begin:
            _keep(result, span, chunk, begin)
            at = span.end
            if not gap:
                result.extent = Extent(at, span.first_line + span.lines)
        elif chunk is None:
            result.covered.append(span.first_byte)
    return result


def _keep(result: Weave, span: Span, chunk: LogChunk | None, begin: int) -> None:
    if chunk is not None:
        result.fresh.append((chunk, begin))
    elif span.first_byte < begin:
        result.cut.append((span.first_byte, begin))


def _in_order(
    waiting: Iterable[Span], arrived: Iterable[LogChunk]
) -> Sequence[tuple[Span, LogChunk | None]]:
    """By place, longer ones first, of equals those that are stored already."""
    pieces: list[tuple[Span, LogChunk | None]] = [(span, None) for span in waiting]
    for chunk in arrived:
        span = Span(chunk.first_byte, chunk.size, chunk.first_line, chunk.lines)
        pieces.append((span, chunk))
    pieces.sort(key=lambda piece: (piece[0].first_byte, -piece[0].end, piece[1] is not None))
    return pieces
