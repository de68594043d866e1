"""Users by the names that jobs and documents know them by."""

from collections.abc import Sequence

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.show import users as show
from windlass.coordinator.dialects.tork.show.documents import Granted, User
from windlass.coordinator.engine.people import People
from windlass.coordinator.engine.people_views import User as UserView


class Creators:
    """For one request: nobody is looked up twice."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._known: dict[str, UserView | None] = {}

    def __call__(self, owner: str) -> User:
        """Who made a job of this owner; the guest, where that is no user."""
        self.know([owner])
        return show.creator(self._known[owner])

    def know(self, names: Sequence[str]) -> None:
        """Look up many at once."""
        new = set(names) - self._known.keys()
        if new:
            self._known |= {**dict.fromkeys(new), **self._people.named(sorted(new))}

    def granted(self, permissions: Sequence[posted.Permission]) -> tuple[Granted, ...]:
        """Of a job, as its document says."""
        if not permissions:
            return ()
        self.know([permission.user for permission in permissions])
        roles = {role.slug: role for role in self._people.roles()}
        return tuple(
            show.granted(
                roles.get(one.role) if one.role else self._known[one.user],
                username=one.user,
                slug=one.role,
            )
            for one in permissions
        )
