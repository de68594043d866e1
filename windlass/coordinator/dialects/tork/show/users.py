"""Who made a job: a user, or everybody's guest."""

from collections.abc import Callable

from windlass.coordinator.dialects.tork.show.documents import User

GUEST = User(
    id="8a1c6d0e5b7f4c3a9e2d4f6b8c0a1e37",
    name="Guest",
    username="guest",
    created_at="2025-01-01T00:00:00Z",
    disabled=True,
)

Creator = Callable[[str], User]  # by the name of a job's owner


def guest(_: str) -> User:
    return GUEST
