"""Stand-ins for the images of the film examples, and a store of S3's kind: no registry is needed.

Where one can be reached, WINDLASS_TEST_REGISTRY=1 lets Docker pull what the examples name.
"""

import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import requests
from docker import APIClient

from tests.runtime.lab import docker_client
from tests.support import debian, images, wheels
from tests.support.waiting import until
from windlass.embedded.valkey import free_port

FFMPEG = "jrottenberg/ffmpeg:4.4-alpine"
AWS = "amazon/aws-cli:2.13.10"
PYTHON = "python:3-slim"
STORE = "windlass-test/s3:1"
NETWORK = "minio"
_PORT = 9000
ANYWHERE = "0.0.0.0"  # noqa: S104 - within its container
_FFMPEG_WHEEL = "imageio-ffmpeg==0.6.0"  # the last one whose ffmpeg is static
_S3 = ("awscli==1.46.3", "moto[s3]==5.2.5", "flask", "flask-cors")
_SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=minioadmin/20260101/us-east-1/s3/aws4_request"
}
_RECIPE = f"""\
FROM {debian.DEBIAN}
COPY packages /opt/packages
COPY aws /usr/local/bin/aws
ENV PYTHONPATH=/opt/packages
LABEL {images.LABEL}=1
"""
_AWS = '#!/bin/sh\nexec python3 -m awscli "$@"\n'


@dataclass(frozen=True)
class Store:
    """Anybody may read what lies in it by its URL only if it is put as ``public``."""

    url: str

    def put(self, path: str, content: bytes = b"", acl: str = "private") -> None:
        headers = {**_SIGNED, "x-amz-acl": acl}
        requests.put(f"{self.url}/{path}", content, headers=headers, timeout=10).raise_for_status()

    def get(self, path: str) -> bytes:
        answer = requests.get(f"{self.url}/{path}", headers=_SIGNED, timeout=10)
        answer.raise_for_status()
        return answer.content


def ensure_ffmpeg() -> None:
    with closing(docker_client()) as client:
        if _wanted(client, FFMPEG):
            images.make(client, FFMPEG, images.shell({"bin/ffmpeg": _ffmpeg()}), "ENV PATH=/bin")


def ensure_s3() -> None:
    """The image of the store, which stands in for Amazon's and Python's as well."""
    with closing(docker_client()) as client:
        if not images.is_there(client, STORE):
            debian.ensure_debian()
            _build_store()
        for name in (AWS, PYTHON):
            if _wanted(client, name):
                repository, _, tag = name.partition(":")
                client.tag(STORE, repository, tag)


@contextmanager
def minio() -> Iterator[Store]:
    """Empty; to tasks in NETWORK it is http://minio:9000. Nothing of it is left."""
    with closing(docker_client()) as client:
        network = client.create_network(NETWORK, check_duplicate=True)["Id"]
        try:
            endpoint = client.create_endpoint_config(aliases=[NETWORK])
            networking = client.create_networking_config({NETWORK: endpoint})  # type: ignore[arg-type]
            ports = client.create_host_config(port_bindings={_PORT: ("127.0.0.1", None)})
            with _server(client, ANYWHERE, _PORT, ports, networking) as container:
                settings = client.inspect_container(container)["NetworkSettings"]
                port = settings["Ports"][f"{_PORT}/tcp"][0]["HostPort"]
                yield _serving(f"http://127.0.0.1:{port}")
        finally:
            client.remove_network(network)


@contextmanager
def amazon() -> Iterator[Store]:
    """Empty; tasks in any network reach it by the same address as we do, as they do the world."""
    with closing(docker_client()) as client:
        (settings,) = client.inspect_network("bridge")["IPAM"]["Config"]
        port = free_port()
        networking = client.create_host_config(network_mode="host")
        with _server(client, settings["Gateway"], port, networking):
            yield _serving(f"http://{settings['Gateway']}:{port}")


@contextmanager
def _server(
    client: APIClient, host: str, port: int, host_config: Any, networking: Any = None
) -> Iterator[str]:
    """The id of the container that serves."""
    command = ["python3", "-m", "moto.server", "--host", host, "--port", str(port)]
    container = client.create_container(
        STORE, command, ports=[port], host_config=host_config, networking_config=networking
    )["Id"]
    try:
        client.start(container)
        yield container
    finally:
        client.remove_container(container, force=True)


def _serving(url: str) -> Store:
    until(lambda: _answers(url), 60)
    return Store(url)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


def _wanted(client: APIClient, name: str) -> bool:
    """Whether this name needs a stand-in."""
    return not os.environ.get("WINDLASS_TEST_REGISTRY") and not images.is_there(client, name)


def _ffmpeg() -> bytes:
    wheel = wheels.downloaded(_FFMPEG_WHEEL, "imageio_ffmpeg-*.whl")
    with zipfile.ZipFile(wheel) as parts:
        (name,) = (n for n in parts.namelist() if "/binaries/ffmpeg" in n)
        return parts.read(name)


def _build_store() -> None:
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        version = ("--python-version", debian.PYTHON, "--only-binary=:all:", "--no-compile")
        _pip("install", "--target", str(here / "packages"), *version, *_S3)
        (here / "Dockerfile").write_text(_RECIPE)
        (here / "aws").write_text(_AWS)
        (here / "aws").chmod(0o755)
        debian.run("docker", "build", "--tag", STORE, directory)


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@cache
def a_film(seconds: int) -> bytes:
    """24 pictures a second, the first of each second whole."""
    return _made(
        "film.mp4",
        *("-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=320x180:rate=24"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "24"),
    )


@cache
def a_picture() -> bytes:
    return _made("picture.png", "-f", "lavfi", "-i", "testsrc=size=640x360", "-frames:v", "1")


def size(png: bytes) -> tuple[int, int]:
    """Width and height."""
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def pictures(film: bytes) -> int:
    """How many there are in it."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(film)
        file.flush()
        done = _run_ffmpeg("-i", file.name, "-progress", "-", "-f", "null", "/dev/null")
    return int(re.findall(r"^frame=(\d+)", done, re.MULTILINE)[-1])


def _made(name: str, *words: str) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, name)
        _run_ffmpeg(*words, str(path))
        return path.read_bytes()


def _run_ffmpeg(*words: str) -> str:
    """What it prints, which is what ``-progress -`` asks for."""
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory, "ffmpeg")
        program.write_bytes(_ffmpeg())
        program.chmod(0o700)
        command = [str(program), "-nostdin", "-hide_banner", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
