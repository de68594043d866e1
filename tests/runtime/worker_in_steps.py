"""Carries out the order it reads, and passes its output on, until it is killed."""

import sys
from pathlib import Path
from threading import Thread

from windlass.shared import messages
from windlass.worker.runtimes import load
from windlass.worker.runtimes.base import RuntimeConfig

if __name__ == "__main__":
    kind, node, state_dir = sys.argv[1:]
    runtime = load(kind, RuntimeConfig(node=node, state_dir=Path(state_dir)))
    run = runtime.start(messages.decode(sys.stdin.buffer.read()))
    Thread(target=run.wait, daemon=True).start()
    for _, data in run.output():
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
