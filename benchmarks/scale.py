"""How much is done for a figure."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    seconds: float = 6.0  # of each thing whose rate is measured
    warm_up: float = 2.0
    jobs: int = 500
    attempts: int = 10_000
    fan_out: int = 10_000
    dag: int = 100_000
    containers: int = 40
    rounds: int = 3
    log_megabytes: int = 100
    followers: int = 100
    stored: int = 200_000  # jobs in the lists
    idle_seconds: float = 20.0
