"""Whether there is a Docker, asked of sockets that are none."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from windlass.embedded.choice import choose


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WINDLASS_RUNTIME", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    return tmp_path / "docker.sock"


@pytest.fixture
def daemon(somewhere: Path) -> Iterator[dict[str, bytes]]:
    """Answers what it is told to, by path."""
    answers = {"/_ping": b"HTTP/1.0 200 OK\r\n\r\nOK"}
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(somewhere))
        listener.listen()
        thread = Thread(target=_serve, args=(listener, answers))
        thread.start()
        yield answers
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener: socket.socket, answers: dict[str, bytes]) -> None:
    while True:
        try:
            link, _ = listener.accept()
        except OSError:
            return
        with link:
            path = link.recv(4096).decode().split()[1].partition("?")[0]
            link.sendall(answers.get(path, b"HTTP/1.0 404 Not Found\r\n\r\n{}"))


@pytest.mark.usefixtures("somewhere")
def test_without_docker_tasks_run_as_processes_and_the_user_is_told() -> None:
    choice = choose()

    assert choice.runtime == "process"
    assert "nothing listens at unix://" in choice.note


def test_a_docker_that_has_the_image_is_used(daemon: dict[str, bytes]) -> None:
    daemon["/images/busybox:1.36/json"] = b"HTTP/1.0 200 OK\r\n\r\n{}"

    assert choose(["busybox:1.36"]).runtime == "docker"


def test_a_docker_that_cannot_reach_the_registry_is_not(daemon: dict[str, bytes]) -> None:
    daemon["/images/create"] = (
        b"HTTP/1.0 500 Oh\r\n\r\n"
        b'{"message": "Get \\"https://registry/v2/\\": dial tcp: lookup registry: no such host"}'
    )

    choice = choose(["busybox:1.36"])

    assert choice.runtime == "process"
    assert choice.note.startswith("busybox:1.36 is not to be had (no such host)")


def test_an_image_that_does_not_exist_is_left_to_the_job_to_tell(daemon: dict[str, bytes]) -> None:
    daemon["/images/create"] = (
        b'HTTP/1.0 404 No\r\n\r\n{"message": "pull access denied for nonsense"}'
    )

    assert choose(["nonsense"]).runtime == "docker"


@pytest.mark.parametrize(
    ("answer", "runtime"),
    [
        (b'HTTP/1.0 200 OK\r\n\r\n{"Descriptor": {}}', "docker"),
        (b"HTTP/1.0 404 No\r\n\r\nnot found", "docker"),
        (b'HTTP/1.0 403 No\r\n\r\n{"message": "errors: denied"}', "docker"),
        (b'HTTP/1.0 500 Oh\r\n\r\n{"message": "dial tcp: no such host"}', "process"),
    ],
)
def test_an_image_of_later_is_asked_for_and_not_pulled(
    daemon: dict[str, bytes], answer: bytes, runtime: str
) -> None:
    daemon["/images/create"] = b'HTTP/1.0 500 Oh\r\n\r\n{"message": "dial tcp: pulled"}'
    daemon["/distribution/python:3/json"] = answer

    assert choose(later=["python:3"]).runtime == runtime


def test_what_the_environment_says_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_RUNTIME", "docker")

    assert choose().runtime == "docker"
