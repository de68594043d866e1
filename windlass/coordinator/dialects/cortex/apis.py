"""A deployed API: what is kept of it with its template, and what clients see."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from windlass.coordinator.dialects.cortex.configuration import Api, Described
from windlass.coordinator.engine.template_views import TemplateView

Doc = dict[str, Any]
LAST = (1 << 63) - 1
_ID, _DEPLOYMENT = 32, 10  # characters
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reversed_time(nanoseconds: int) -> str:
    """Sixteen digits; newest sorts first."""
    return f"{LAST - nanoseconds:016x}"


def nanoseconds(at: datetime) -> int:
    """Of times from Postgres, which knows microseconds: exact."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000


def digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:_ID]


@dataclass(frozen=True)
class Files:
    """Of a program. ``digest``: of their archive; ``identity``: of what is in it."""

    digest: str
    identity: str


def kept(api: Api, files: Files | None) -> Doc:
    """What is stored of an API."""
    return {
        "spec": api.spec,
        "submitted": api.submitted,
        "index": api.index,
        "file": api.file,
        "files": vars(files) if files else None,
    }


def digest_of(api: Api, files: Files | None) -> str:
    return digest([api.spec, files.identity if files else None])


@dataclass(frozen=True)
class Deployed(Described):
    """One version of an API."""

    template: TemplateView
    document: Mapping[str, Any]

    @classmethod
    def of(cls, template: TemplateView) -> "Deployed":
        document = json.loads(template.document)
        return cls(document["spec"], template, document)

    @property
    def files(self) -> Files | None:
        found = self.document["files"]
        return Files(**found) if found else None

    @property
    def deployment_id(self) -> str:
        seed = f"{self.template.id} {self.template.first_at.isoformat()}"
        return sha256(seed.encode()).hexdigest()[:_DEPLOYMENT]

    @property
    def id(self) -> str:
        """In three parts: when it was updated, the deployment, what it says."""
        when = reversed_time(nanoseconds(self.template.created_at))
        return f"{when}-{self.deployment_id}-{self.template.digest}"

    @property
    def pod_id(self) -> str:
        return digest(self.spec.get("pod") or self.spec.get("definition"))

    @property
    def last_updated(self) -> int:
        return int(self.template.created_at.timestamp())

    def shown(self) -> Doc:
        key = f"apis/{self.name}/api/{self.id}/spec.json"
        return {
            **self.spec,
            "node_groups": self.spec.get("node_groups"),
            "index": self.document["index"],
            "file_name": self.document["file"],
            "submitted_api_spec": self.document["submitted"],
            "id": self.id,
            "spec_id": self.template.digest,
            "pod_id": self.pod_id,
            "predictor_id": self.pod_id,
            "handler_id": self.pod_id,
            "deployment_id": self.deployment_id,
            "key": key,
            "initial_deployment_time": nanoseconds(self.template.first_at),
            "last_updated": self.last_updated,
            "metadata_root": f"apis/{self.name}/metadata/{self.id}",
        }

    def metadata(self) -> Doc:
        return {
            "name": self.name,
            "kind": self.kind,
            "id": self.id,
            "deployment_id": self.deployment_id,
            "last_updated": self.last_updated,
        }
