<<<<<<< HEAD
"""Wait for a condition instead of for a time."""
=======
"""Wait for something to become true, and fail if it does not."""
>>>>>>> core

from collections.abc import Callable
from time import monotonic, sleep


<<<<<<< HEAD
def until(condition: Callable[[], object], timeout: float = 20.0) -> None:
    """Returns once ``condition()`` is true; fails the test after ``timeout`` seconds."""
    deadline = monotonic() + timeout
    while not condition():
        assert monotonic() < deadline, f"still not so after {timeout:g} s: {condition}"
=======
def until(condition: Callable[[], object], timeout: float = 10.0) -> None:
    deadline = monotonic() + timeout
    while not condition():
        assert monotonic() < deadline, f"still not so after {timeout:g} s"
>>>>>>> core
        sleep(0.01)
