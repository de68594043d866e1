"""Wait for something to become true, and fail if it does not."""

from collections.abc import Callable
from time import monotonic, sleep


def until(condition: Callable[[], object], timeout: float = 10.0) -> None:
    deadline = monotonic() + timeout
    while not condition():
        assert monotonic() < deadline, f"still not so after {timeout:g} s"
        sleep(0.01)
