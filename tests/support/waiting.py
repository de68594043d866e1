"""Wait for a condition instead of for a time."""

from collections.abc import Callable
from time import monotonic, sleep


def until(condition: Callable[[], object], timeout: float = 20.0) -> None:
    """Returns once ``condition()`` is true; fails the test after ``timeout`` seconds."""
    deadline = monotonic() + timeout
    while not condition():
        assert monotonic() < deadline, f"still not so after {timeout:g} s: {condition}"
        sleep(0.01)
