"""Whom a job is open to: names of users and roles become the audience of the job."""

from windlass.coordinator.engine.errors import Invalid, Problem
from windlass.coordinator.store import audiences, users
from windlass.coordinator.store.db import Database, Tx
from windlass.shared.spec import JobSpec, Permission
from windlass.shared.text import is_clean


def audience(db: Database, spec: JobSpec) -> int:
    """Invalid: it names somebody nobody knows."""
    if not spec.permissions:
        return audiences.EVERYBODY
    with db.transaction() as tx:
        found = [_member(tx, permission) for permission in spec.permissions]
        problems = [_problem(place, spec) for place, one in enumerate(found) if one is None]
        if problems:
            raise Invalid(problems)
        return audiences.of(tx, [one for one in found if one is not None])


def _member(tx: Tx, permission: Permission) -> str | None:
    """None: there is no such user or role, or not one of the two is named."""
    user, role = permission.user or "", permission.role or ""
    if bool(user) == bool(role) or not is_clean(user + role):
        return None
    id = users.id_of(tx, user) if user else users.role_id(tx, role)
    return None if id is None else f"{'user' if user else 'role'}:{id}"


def _problem(place: int, spec: JobSpec) -> Problem:
    permission = spec.permissions[place]
    if bool(permission.user) == bool(permission.role):
        return Problem(("permissions", place), "is not one of user and role", "user or role")
    what = "user" if permission.user else "role"
    name = permission.user or permission.role
    return Problem(("permissions", place, what), f"there is no {what} {name!r}", f"a known {what}")
