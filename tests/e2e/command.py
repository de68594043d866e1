"""``windlass`` as a user calls it."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@dataclass
class Call:
    """One call in the background; what it prints is collected as it comes."""

    process: "subprocess.Popen[str]"
    output: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.output.extend(lines)

    def text(self) -> str:
        return "".join(self.output)

    def until(self, text: str) -> None:
        def said() -> bool:
            assert text in self.text() or self.process.poll() is None, self.text()
            return text in self.text()

        until(said, PATIENCE)

    def code(self) -> int:
        code = self.process.wait(PATIENCE)
        self._reader.join()
        return code

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        if self.process.poll() is None:
            self.tell(signal.SIGTERM)
        return self.code()


@dataclass
class Windlass:
    data: Path
    env: dict[str, str]
    calls: list[Call] = field(default_factory=list)

    def __call__(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self._command(words),
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, *words: str) -> Call:
        process = subprocess.Popen(
            self._command(words),
            env=self.env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        call = Call(process)
        self.calls.append(call)
        return call

    def up(self, *words: str) -> Call:
        call = self.start("up", "--port", "0", *words)
        call.until("Ctrl-C ends it")
        return call

    def end_all(self) -> None:
        for call in self.calls:
            call.end()

    def left_running(self) -> Sequence[str]:
        """Command lines of processes that belong to this data directory."""
        return [line for line in map(_command_line, _processes()) if str(self.data) in line]

    def pids(self, wanted: Callable[[str], bool]) -> list[int]:
        lines = {int(path.name): _command_line(path) for path in _processes()}
        return [pid for pid, line in lines.items() if str(self.data) in line and wanted(line)]

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "windlass", *words]


def _processes() -> list[Path]:
    return [path for path in Path("/proc").iterdir() if path.name.isdigit()]


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
