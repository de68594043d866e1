"""Who made a job: a user, or everybody's guest."""

from collections.abc import Callable

from windlass.coordinator.dialects.tork.show import documents
from windlass.coordinator.dialects.tork.show.documents import Granted, User
from windlass.coordinator.dialects.tork.show.moments import moment
from windlass.coordinator.engine import people_views

GUEST = User(
    id="8a1c6d0e5b7f4c3a9e2d4f6b8c0a1e37",
    name="Guest",
    username="guest",
    created_at="2025-01-01T00:00:00Z",
    disabled=True,
)

Creator = Callable[[str], User]  # by the name of a job's owner


def creator(owner: people_views.User | None) -> User:
    """None: whoever nobody knows."""
    return user(owner) if owner else GUEST


def user(view: people_views.User) -> User:
    return User(
        id=view.id.hex,
        name=view.name,
        username=view.username,
        created_at=moment(view.created_at),
        disabled=view.disabled,
    )


def role(view: people_views.Role) -> documents.Role:
    return documents.Role(
        id=view.id.hex, slug=view.slug, name=view.name, created_at=moment(view.created_at)
    )


def granted(
    to: people_views.User | people_views.Role | None, *, username: str, slug: str
) -> Granted:
    """``to`` None: whoever was named so is gone."""
    if slug:
        known = role(to) if isinstance(to, people_views.Role) else documents.Role(slug=slug)
        return Granted(role=known)
    return Granted(user=user(to) if isinstance(to, people_views.User) else User(username=username))
