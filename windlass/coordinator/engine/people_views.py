"""What is shown of users and roles. A password, or what it was made into, never is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class User:
    id: UUID
    username: str
    name: str
    scope: str  # read, submit or admin, as of a token
    disabled: bool
    roles: tuple[str, ...]  # slugs
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Role:
    id: UUID
    slug: str
    name: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A user who has proved who they are."""

    id: UUID
    username: str
    scope: str
    role_ids: tuple[UUID, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """What audiences of jobs may have among their members."""
        return (f"user:{self.id}", *(f"role:{id}" for id in self.role_ids))


def identity_of(row: Mapping[str, Any]) -> Identity:
    ids: list[UUID] = row["roles"]
    return Identity(id=row["id"], username=row["username"], scope=row["scope"], role_ids=tuple(ids))
