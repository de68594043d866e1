"""Golden answers: to the byte, but for ids and times.

With WINDLASS_GOLDEN set the files are written instead of compared.
"""

import os
from pathlib import Path

from tests.support.tork import comparable

_HERE = Path(__file__).parent / "golden"


def check(name: str, answer: str) -> None:
    file = _HERE / f"{name}.json"
    found = comparable(answer)
    if os.environ.get("WINDLASS_GOLDEN"):
        _HERE.mkdir(exist_ok=True)
        file.write_text(found)
    assert found == file.read_text()
