"""``python -m crash``; what is wanted stands in SECONDS, SEED and RUNTIME."""

import random
import sys

from environs import Env, validate

from crash.run import Options, chosen_runtime, crash

_RUNTIMES = ("auto", "process", "docker")


def main() -> int:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream, here
    env = Env()
    options = Options(
        seconds=env.float("SECONDS", 120.0),
        seed=env.int("SEED", random.randrange(1 << 31)),
        runtime=chosen_runtime(env.str("RUNTIME", "auto", validate=validate.OneOf(_RUNTIMES))),
    )
    print(f"SECONDS={options.seconds:g} SEED={options.seed} RUNTIME={options.runtime}")
    return 0 if crash(options) else 1


if __name__ == "__main__":
    sys.exit(main())
