"""Write the generated parts of the documentation, or check that they are current.

``python -m scripts.documents [--check]``
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts import command_reference, state_tables

ROOT = Path(__file__).parent.parent

# path -> what its text should be, given what it is
DOCUMENTS: Mapping[str, Callable[[str], str]] = {
    "docs/cli.md": command_reference.renew,
    "docs/states.md": state_tables.renew,
}


def main(check: bool) -> int:
    stale = [path for path, renew in DOCUMENTS.items() if _renew(ROOT / path, renew, check=check)]
    if check and stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; make docs writes them anew\n")
        return 1
    return 0


def _renew(path: Path, renew: Callable[[str], str], *, check: bool) -> bool:
    before = path.read_text() if path.exists() else ""
    after = renew(before)
    if not check and before != after:
        path.write_text(after)
    return before != after


if __name__ == "__main__":
    raise SystemExit(main(check="--check" in sys.argv[1:]))
