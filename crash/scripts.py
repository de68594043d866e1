"""What tasks run: for dash, bash and busybox alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FRAME = """\
note() {{ echo "$1 $JOB $TASK $WINDLASS_ATTEMPT" >> "$EFFECTS/effects"; }}
note started
echo "$TASK try $WINDLASS_ATTEMPT"
seq 1 {lines}
{body}
note ended
"""

LOST_PATIENCE = "sleep 600"


@dataclass(frozen=True)
class Setting:
    """Where tasks run, and where they note what they do."""

    directory: Path
    queue: str
    image: str | None = None  # of the containers; None: plain processes


def task(setting: Setting, name: str, body: str = ":", *, lines: int = 3, **fields: Any) -> Any:
    """``lines`` of output that anyone can work out, then ``body``."""
    env = {"EFFECTS": str(setting.directory), "JOB": "{{ job.id }}", "TASK": name}
    made = {
        "name": name,
        "queue": setting.queue,
        "grace": "1s",
        **fields,
        "env": {**env, **fields.get("env", {})},
        "run": _FRAME.format(lines=lines, body=body),
    }
    if setting.image:
        place = str(setting.directory)
        made["image"] = setting.image
        made["mounts"] = [{"type": "bind", "source": place, "target": place}]
    return made


def text(lines: int = 3) -> str:
    return "".join(f"{number}\n" for number in range(1, lines + 1))


def log(task: str, attempt: int, text: str) -> bytes:
    """All that a try writes."""
    return f"{task} try {attempt}\n{text}".encode()
