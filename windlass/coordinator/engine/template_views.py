"""What the engine shows of job templates, and takes to save one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from windlass.shared.spec import JobSpec


@dataclass(frozen=True, kw_only=True)
class TemplateView:
    """One version of a job template. ``address``: a second name, unique at its door."""

    id: UUID
    door: str
    name: str
    address: str | None
    version: int  # from 1
    owner: str  # who saved this version
    spec: JobSpec
    document: str  # as its door received or made it
    digest: str  # of what it was made of
    first_at: datetime  # of the template
    created_at: datetime  # of this version


@dataclass(frozen=True, kw_only=True)
class NewTemplate:
    """A version to be saved. With the ``digest`` of the newest nothing changes, unless ``anew``."""

    door: str
    name: str
    spec: JobSpec
    document: str
    digest: str
    owner: str = ""
    address: str | None = None
    anew: bool = False


@dataclass(frozen=True, kw_only=True)
class Saved:
    template: TemplateView
    created: bool = False  # it was not there
    changed: bool = False  # there is a new version
