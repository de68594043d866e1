"""Which Cortex a caller speaks: its words differ from release to release."""

import re
from dataclasses import dataclass

from flask import Request

from windlass.coordinator.dialects.cortex.faults import Fault

HEADER = "CortexAPIVersion"
NEWEST = "0.42.1"
_VERSION = re.compile(r"0\.(\d{1,3})\.\d{1,3}")
_MINORS = range(27, 43)

_PLAIN_WORDS = 35  # before: status_running and so on
_HANDLERS, _PODS = 34, 36  # what the third id of a job is called
_METRICS_BESIDE = 39  # of batches: beside the status, before that inside
_SHORT_COUNTS = 36  # of workers: without the zeros, and only while running
_DEFINITIONS = 36  # before: an API is a program, not containers


@dataclass(frozen=True)
class Speech:
    """``text``: as the caller wrote it."""

    minor: int
    text: str

    @property
    def prefix(self) -> str:
        return "" if self.minor >= _PLAIN_WORDS else "status_"

    @property
    def third_id(self) -> str:
        if self.minor >= _PODS:
            return "pod_id"
        return "handler_id" if self.minor >= _HANDLERS else "predictor_id"

    @property
    def metrics_beside(self) -> bool:
        return self.minor >= _METRICS_BESIDE

    @property
    def short_counts(self) -> bool:
        return self.minor >= _SHORT_COUNTS

    @property
    def definitions(self) -> bool:
        return self.minor < _DEFINITIONS


def read(text: str) -> Speech | None:
    """None: no Cortex that had tasks."""
    found = _VERSION.fullmatch(text)
    minor = int(found[1]) if found else -1
    return Speech(minor, text) if minor in _MINORS else None


def of_operator(request: Request) -> Speech:
    """Fault: the caller has to say it, and a version that is known here."""
    text = request.headers.get(HEADER)
    if not text:
        raise Fault("endpoints.header_missing", f"missing {HEADER} header")
    speech = read(text)
    if speech is None:
        raise Fault(
            "endpoints.api_version_mismatch",
            f"your CLI version ({text[:64]}) doesn't match your Cortex operator version ({NEWEST});"
            " please update your cluster by following the instructions at"
            f" https://docs.cortexlabs.com, or update your CLI (pip install cortex=={NEWEST})",
        )
    return speech


def of_anybody(request: Request, silent: str) -> Speech:
    """``silent``: what those speak who say nothing."""
    found = read(request.headers.get(HEADER, ""))
    return found or read(silent) or Speech(_MINORS[0], silent)
