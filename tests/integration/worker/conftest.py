from tests.support.workers import engine, workers

__all__ = ["engine", "workers"]
