"""A job file on its way to the server, and the server's refusal on its way back to the user."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from windlass.cli.client import Body, Client, Document
from windlass.cli.failures import REFUSED, Failure, Refused, Unreachable
from windlass.cli.show.source import print_errors

_TRIES = 3
_YAML, _JSON = "application/yaml", "application/json"


@dataclass(frozen=True)
class JobFile:
    name: str
    text: str

    @classmethod
    def read(cls, name: str) -> "JobFile":
        """``-`` is standard input."""
        if name == "-":
            return cls("<stdin>", sys.stdin.read())
        try:
            return cls(name, Path(name).read_text())
        except (OSError, UnicodeDecodeError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
            raise Failure(f"cannot read {name}: {reason}") from None

    def body(self) -> Body:
        kind = _JSON if self.name.endswith(".json") else _YAML
        return Body(self.text.encode(), kind)

    def with_inputs(self, inputs: Sequence[str]) -> "JobFile":
        """Each ``name=value``. With the text the places of errors are lost: only on demand."""
        if not inputs:
            return self
        document = self.document()
        if not isinstance(document, dict) or not isinstance(document.get("inputs") or {}, dict):
            return self  # wrong in itself: the server says so
        given = dict(pairs(inputs))
        document["inputs"] = {**(document.get("inputs") or {}), **given}
        return JobFile(self.name, json.dumps(document))

    def images(self, default: str) -> list[str]:
        """Of its tasks, as far as they are named without templates."""
        document = self.document()
        found = _image_words(document, default) if isinstance(document, dict) else []
        return list(dict.fromkeys(word for word in found if "{{" not in word))

    def document(self) -> Any:
        """None where it cannot be read: to say why is the server's part."""
        import yaml

        try:
            return yaml.safe_load(self.text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None

    @contextmanager
    def refusals_shown(self) -> Iterator[None]:
        try:
            yield
        except Refused as refusal:
            if not refusal.errors:
                raise
            print_errors(self.name, self.text, refusal.errors)
            raise SystemExit(REFUSED) from None


def submit(api: Client, file: JobFile, key: str | None) -> Document:
    """Exactly one job, even where an answer is lost and we ask again."""
    headers = {"Idempotency-Key": key or uuid4().hex}
    for tries_left in reversed(range(_TRIES)):
        try:
            with file.refusals_shown():
                job: Document = api.call("POST", "jobs", body=file.body(), headers=headers)
                return job
        except Unreachable:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _image_words(document: dict[str, Any], default: str) -> list[str]:
    defaults, tasks = document.get("defaults"), document.get("tasks")
    if isinstance(defaults, dict):
        default = defaults.get("image") or default
    listed = tasks if isinstance(tasks, list) else []
    found = [task.get("image") or default for task in listed if isinstance(task, dict)]
    return [image for image in found if isinstance(image, str)]


def pairs(inputs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each ``name=value``."""
    return map(_pair, inputs)


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--input {word!r}: write it as name=value")
    return name, value
