"""What a caller of the store may hear. Here, so that the engine can pass it on as it is."""


class EngineError(Exception):
    """Refused; nothing was changed."""


class Unavailable(EngineError):
    """Postgres or Redis is away; the same call may succeed in a moment."""


class Broken(Exception):
    """A rule of the table does not hold any more; nothing of the transaction was kept."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Taken(Exception):
    """A row with this key exists already; nothing of the transaction was kept."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
