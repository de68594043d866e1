"""Starts the order it reads, says so, and follows its output until it is killed."""

import sys
from pathlib import Path

from windlass.shared import messages
from windlass.worker.runtimes import load
from windlass.worker.runtimes.base import RuntimeConfig

if __name__ == "__main__":
    kind, node, state_dir = sys.argv[1:]
    runtime = load(kind, RuntimeConfig(node=node, state_dir=Path(state_dir)))
    run = runtime.start(messages.decode(sys.stdin.buffer.read()))
    sys.stdout.write("started\n")
    sys.stdout.flush()
    for _ in run.output():
        pass
    run.wait()
    sys.stdin.read()
