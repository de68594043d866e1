"""Why the variables of a code cannot be replaced."""


class Unsubstitutable(Exception):
    """``code`` is Linkis' number of what is wrong; clients see 20050 with this text as cause."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
