"""Images for tests, made here from a static busybox: no registry is needed.

``ensure(client, name)`` gives a name an image with a shell unless it has one already, so that an
example which names an image of a public registry can run where none is reachable.
"""

import io
import os
import subprocess
import tarfile
from pathlib import Path

from docker import APIClient
from docker.errors import ImageNotFound

from tests.support.services import missing

SHELL = "windlass-test/shell:1"  # busybox and its applets, PATH=/bin, user 1000 is "worker"
BARE = "windlass-test/bare:2"  # nothing but /echo and /sleep: no shell
ENTRY = "windlass-test/entry:1"  # ENTRYPOINT ["echo", "entry"], CMD ["default"]

LABEL = "windlass.test-image"
_PASSWD = b"root:x:0:0:root:/:/bin/sh\nworker:x:1000:1000:worker:/:/bin/sh\n"
_PROGRAM = 0o755


def ensure_all(client: APIClient) -> None:
    ensure(client, SHELL)
    ensure(client, ENTRY, 'ENTRYPOINT ["echo", "entry"]', 'CMD ["default"]')
    _ensure(client, BARE, _bare(), [])


def ensure(client: APIClient, name: str, *changes: str) -> None:
    """``changes`` as in a Dockerfile."""
    _ensure(client, name, shell({}), ["ENV PATH=/bin", *(changes or ('CMD ["sh"]',))])


def is_there(client: APIClient, name: str) -> bool:
    try:
        client.inspect_image(name)  # type: ignore[no-untyped-call]  # its stubs say nothing of it
    except ImageNotFound:
        return False
    return True


def _ensure(client: APIClient, name: str, root: bytes, changes: list[str]) -> None:
    if not is_there(client, name):
        make(client, name, root, *changes)


def make(client: APIClient, name: str, root: bytes, *changes: str) -> None:
    """``root``: the tar of its file system."""
    repository, _, tag = name.partition(":")
    client.import_image_from_data(
        root, repository=repository, tag=tag or "latest", changes=[*changes, f"LABEL {LABEL}=1"]
    )


def busybox() -> Path:
    for directory in os.defpath.split(os.pathsep):
        path = Path(directory, "busybox")
        if path.is_file():
            return path.resolve()
    missing("busybox: install the package busybox-static")
    raise AssertionError


def root_file_system(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    """A tar: every file is a program, ``tmp`` a directory for all."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), _PROGRAM
            tar.addfile(entry, io.BytesIO(content))
        for name, to in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, to
            tar.addfile(entry)
        entry = tarfile.TarInfo("tmp")
        entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(entry)
    return target.getvalue()


def shell(programs: dict[str, bytes]) -> bytes:
    """Busybox and its applets, and ``programs`` beside them."""
    program = busybox()
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    applets = set(listed.stdout.split()) - {"busybox"}
    return root_file_system(
        {"bin/busybox": program.read_bytes(), "etc/passwd": _PASSWD, **programs},
        {f"bin/{applet}": "busybox" for applet in sorted(applets)},
    )


def _bare() -> bytes:
    """busybox is the applet it is called as."""
    return root_file_system({"echo": busybox().read_bytes()}, {"sleep": "echo"})
