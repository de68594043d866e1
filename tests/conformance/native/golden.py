"""Golden documents: what an answer must look like, in files a person can read.

With WINDLASS_GOLDEN set the files are written instead of compared.
"""

import json
import os
from pathlib import Path
from typing import Any

from tests.support.http import comparable

_HERE = Path(__file__).parent / "golden"


def check(name: str, document: Any) -> None:
    file = _HERE / f"{name}.json"
    found = comparable(document)
    if os.environ.get("WINDLASS_GOLDEN"):
        file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    assert found == json.loads(file.read_text())
