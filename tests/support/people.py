"""Users as callers of doors."""

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.support.http import Client
from windlass.coordinator.engine.people import NewUser
from windlass.coordinator.engine.service import Engine

PASSWORD = "correct horse"


def basic(username: str, password: str = PASSWORD) -> dict[str, str]:
    """Headers."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def a_user(engine: Engine, username: str, *roles: str, scope: str = "submit") -> dict[str, str]:
    """Made, with roles that are made where they are new; the headers they come with."""
    engine.people.create(NewUser(username, PASSWORD, scope=scope))
    known = {role.slug for role in engine.people.roles()}
    for slug in roles:
        if slug not in known:
            engine.people.create_role(slug)
        engine.people.grant(username, slug)
    return basic(username)


@dataclass
class As:
    """A client that comes with these headers."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        return self.client.open(path, method=method, headers=self.headers, **options)
