"""Print what pyproject.toml asks for: ``requirements.py [EXTRA ...]``, or ``--everything`` that any
image needs and that is needed to build it, whatever the Python."""

import sys
import tomllib
from pathlib import Path

IMAGES = ("coordinator", "cli")

document = tomllib.loads(Path("pyproject.toml").read_text())
project = document["project"]
everything = sys.argv[1:] == ["--everything"]
wanted = list(project["dependencies"])
for extra in IMAGES if everything else sys.argv[1:]:
    wanted += project["optional-dependencies"][extra]
if everything:
    # pip judges markers by the Python it runs on, not by the one that it downloads for.
    wanted = [line.partition(";")[0] for line in wanted]
    wanted += [*document["build-system"]["requires"], "async-timeout"]
sys.stdout.write("\n".join(wanted) + "\n")
