"""The parts of a stack, and how they are kept up."""

from pathlib import Path

from tests.support.waiting import until
from windlass.embedded.process import Launch, Server, launch
from windlass.embedded.stack import Member


def kill(member: Member) -> None:
    assert member.server
    member.server.process.kill()
    member.server.process.wait()


def test_a_part_may_be_killed_as_often_as_somebody_likes(tmp_path: Path) -> None:
    how = Launch(log=tmp_path / "log", cwd=tmp_path)
    member = Member("sleeper", lambda: Server(launch(["sleep", "600"], how), ""))
    said: list[str] = []
    member.start()

    for _ in range(8):
        kill(member)
        until(lambda: member.revive(said.append) and member.is_up())

    kill(member)
    assert said == ["sleeper has ended; starting it again"] * 8
