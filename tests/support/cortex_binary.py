"""In the place of Cortex's own binary: makes the calls that it makes, and prints what it prints.

Run as a program, with the environment of a client, by that client.
"""

import argparse
import base64
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import requests
import yaml

VERSION = os.environ["STAND_IN_VERSION"]
OLD = VERSION.startswith("0.27.")
_MARKER = "~~cortex~~"
_CALL = 30.0  # seconds


class Failed(Exception):
    """What the command says as it fails."""


def configuration() -> dict[str, Any]:
    path = Path(os.environ["CORTEX_CLI_CONFIG_DIR"]) / "cli.yaml"
    return dict(yaml.safe_load(path.read_text()))


def headers() -> dict[str, str]:
    """The second is a request signed by the cloud's keys, in the newer one."""
    found = configuration()["environments"][0]
    key, secret = found["aws_access_key_id"], found["aws_secret_access_key"]
    if OLD:
        return {"CortexAPIVersion": VERSION, "Authorization": f"CortexAWS {key}|{secret}"}
    signed = {"Method": "POST", "URL": f"https://sts.amazonaws.com/?X-Amz-Credential={key}%2F1"}
    packed = base64.urlsafe_b64encode(json.dumps(signed).encode()).decode()
    return {"CortexAPIVersion": VERSION, "X-Cortex-Authorization": packed}


def call(method: str, path: str, **options: Any) -> Any:
    at = configuration()["environments"][0]["operator_endpoint"].rstrip("/")
    answer = requests.request(method, at + path, headers=headers(), timeout=_CALL, **options)
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.status_code != requests.codes.ok:
        if not isinstance(document, dict) or "message" not in document:
            raise Failed(f"unexpected response; status code {answer.status_code}: {answer.text}")
        raise Failed(document["message"])
    return document


def kind_of(name: str) -> str:
    """The newer one asks for this before it does anything to a job."""
    (api, *_) = call("GET", f"/get/{name}")
    return str(api["spec"]["kind"] if OLD else api["metadata"]["kind"])


def jobs_of(name: str) -> str:
    return f"/{'tasks' if kind_of(name) == 'TaskAPI' else 'batch'}/{name}"


def env(words: argparse.Namespace) -> None:
    found = configuration()
    say(json.dumps(found["environments"] if OLD else found))


def deploy(words: argparse.Namespace) -> None:
    file = Path(words.names[0])
    parts = {"config": ("config", file.read_bytes(), "application/octet-stream")}
    if OLD:
        parts["project.zip"] = ("project.zip", zipped(file.parent), "application/octet-stream")
    query = f"configFileName={file.name}&force={str(words.force).lower()}"
    results = call("POST", f"/deploy?{query}", files=parts)
    show(results, mixed=words.output == "mixed")
    if any(result["error"] for result in results):
        raise Failed("\n".join(result["error"] for result in results if result["error"]))


def zipped(directory: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(directory))
    return packed.getvalue()


def get(words: argparse.Namespace) -> None:
    match words.names:
        case []:
            show(call("GET", "/get"))
        case [name]:
            show(call("GET", f"/get/{name}"))
        case [name, job]:
            show(call("GET", f"{jobs_of(name)}?jobID={job}"))


def delete(words: argparse.Namespace) -> None:
    if len(words.names) > 1:
        name, job = words.names
        show(call("DELETE", f"{jobs_of(name)}?apiName={name}&jobID={job}"))
        return
    (name,) = words.names
    if not words.force:
        kind_of(name)
    query = f"apiName={name}&keepCache={str(words.keep_cache).lower()}"
    show(call("DELETE", f"/delete/{name}?{query}"))


def refresh(words: argparse.Namespace) -> None:
    show(call("POST", f"/refresh/{words.names[0]}?force={str(words.force).lower()}", data=b""))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def show(document: Any, *, mixed: bool = False) -> None:
    text = json.dumps(document)
    if mixed:
        text = _MARKER + base64.b64encode(text.encode()).decode() + _MARKER
    say(text)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "env": env,
    "deploy": deploy,
    "get": get,
    "delete": delete,
    "refresh": refresh,
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--env")
    parser.add_argument("-o", "--output")
    parser.add_argument("-y", action="store_true")
    parser.add_argument("-f", "--force", action="store_true")
    parser.add_argument("--keep-cache", action="store_true")
    words = parser.parse_intermixed_args(arguments)
    try:
        COMMANDS[words.command](words)
    except Failed as failure:
        sys.stderr.write(f"error: {failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
