"""How much one text may ask for. Work is counted, so that the same text always ends the same way;
the clock only stops what the counting misjudged, and it is the processor time of this thread: a
busy machine fails nobody's job."""

from time import thread_time

from windlass.coordinator.engine.expressions.problems import Fault

MAX_SOURCE = 16_384  # characters in all expressions of one text
MAX_BLOCKS = 1_000  # expressions in one text
MAX_DEPTH = 80  # nodes from the root of an expression to its deepest leaf
MAX_WORK = 500_000  # nodes evaluated, elements visited
MAX_HELD = 8_000_000  # characters made, eight for each element of a list or map
MAX_TEXT = 1_048_576  # characters of one string, and of what is rendered
MAX_SECONDS = 4.0

CELL = 8
_TICK = 8_192  # units of work between two looks at the clock


class Budget:
    """What is left for one text. Shared by all its expressions."""

    __slots__ = ("_deadline", "_held", "_tick", "_work")

    def __init__(self) -> None:
        self._work = MAX_WORK
        self._held = MAX_HELD
        self._tick = MAX_WORK - _TICK
        self._deadline = 0.0

    def spend(self, work: int) -> None:
        self._work -= work
        if self._work < self._tick:
            self._look()

    def text(self, length: int) -> None:
        """Called before a string of this many characters is made."""
        if length > MAX_TEXT:
            raise Fault(f"a string may have at most {MAX_TEXT} characters (this one has {length})")
        self._hold(length)

    def cells(self, count: int) -> None:
        """Called before a list or map of this many elements is made."""
        self._hold(count * CELL)
        self.spend(count)

    def _hold(self, size: int) -> None:
        self._held -= size
        if self._held < 0:
            raise Fault("memory budget exceeded")

    def _look(self) -> None:
        if self._work < 0:
            raise Fault("the expression takes too many steps")
        self._tick = self._work - _TICK
        now = thread_time()
        self._deadline = self._deadline or now + MAX_SECONDS
        if now > self._deadline:
            raise Fault("the expression takes too long")
