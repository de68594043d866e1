"""What attempts did, as they noted it themselves."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Try:
    job: str
    task: str
    number: int


class Effects:
    """A directory that every task may write to; Windlass knows nothing of it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._file = directory / "effects"
        directory.mkdir()
        directory.chmod(0o777)
        self._file.touch()
        self._file.chmod(0o666)

    def raise_flag(self, name: str) -> None:
        (self.directory / name).touch()

    def read(self) -> tuple[Counter[Try], Counter[Try]]:
        """How often each try was started, and came to its end."""
        noted: dict[str, Counter[Try]] = {"started": Counter(), "ended": Counter()}
        for line in self._file.read_text().splitlines():
            word, job, task, number = line.split()
            noted[word][Try(job, task, int(number))] += 1
        return noted["started"], noted["ended"]
