"""Users and roles. Passwords are kept as bcrypt hashes, as Tork keeps them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import bcrypt

from windlass.coordinator.engine.access import SCOPES
from windlass.coordinator.engine.errors import Conflict, Invalid, NotFound, Problem
from windlass.coordinator.engine.people_views import Role, User
from windlass.coordinator.store import users as store
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.shared.text import is_clean

MOST_PASSWORD = 72  # bytes; bcrypt would pass over what comes after them

_NAME = re.compile(r"[^\s:/\x00-\x1f\x7f](?:[^:/\x00-\x1f\x7f]{0,126}[^\s:/\x00-\x1f\x7f])?")
_NAMES = "1 to 128 characters, without ':' and '/', no space at the ends"
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SLUGS = "1 to 64 letters, digits and _ . -, the first a letter or digit"
_LONGEST_NAME = 256


@dataclass(frozen=True)
class NewUser:
    """``scope``: read, submit or admin, as of a token."""

    username: str
    password: str = field(repr=False)
    name: str = ""
    scope: str = "submit"
    disabled: bool = False


class People:
    """Raises NotFound, Conflict and Invalid of ``engine.errors``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def users(self) -> Sequence[User]:
        """By username."""
        with self._db.transaction() as tx:
            return [_user(row) for row in store.all_users(tx)]

    def user(self, username: str) -> User:
        with self._db.transaction() as tx:
            return _user(_found(store.user(tx, _known(username)), username))

    def named(self, usernames: Sequence[str]) -> Mapping[str, User]:
        """Those of them that exist."""
        wanted = sorted(filter(_is_name, set(usernames)))
        if not wanted:
            return {}
        with self._db.transaction() as tx:
            return {row["username"]: _user(row) for row in store.named(tx, wanted)}

    def create(self, new: NewUser) -> User:
        """Conflict: there is a user, or a token, of this name."""
        problems = [*_name_problems(new.username, new.name), *_password_problems(new.password)]
        if new.scope not in SCOPES:
            problems.append(Problem(("scope",), "is not a scope", ", ".join(SCOPES)))
        if problems:
            raise Invalid(problems)
        given = {**vars(new), "password": hash_of(new.password)}
        with self._db.transaction() as tx:
            row = store.insert(tx, given)
        if row is None:
            raise Conflict(f"there is a user or a token {new.username} already")
        return _user(row)

    def delete(self, username: str) -> None:
        """Jobs that were open to them alone stay hidden from all others."""
        with self._db.transaction() as tx:
            if not store.delete(tx, _known(username)):
                raise _unknown(username)

    def change(
        self, username: str, *, password: str | None = None, disabled: bool | None = None
    ) -> None:
        """What is None stays. Who is disabled is no longer let in."""
        hashed = None
        if password is not None:
            if problems := _password_problems(password):
                raise Invalid(problems)
            hashed = hash_of(password)
        with self._db.transaction() as tx:
            if not store.change(tx, _known(username), hashed, disabled):
                raise _unknown(username)

    def roles(self) -> Sequence[Role]:
        """By slug."""
        with self._db.transaction() as tx:
            return [_role(row) for row in store.roles(tx)]

    def create_role(self, slug: str, name: str = "") -> Role:
        problems = [] if _SLUG.fullmatch(slug) else [Problem(("slug",), "is not a slug", _SLUGS)]
        if not is_clean(name) or len(name) > _LONGEST_NAME:
            problems.append(Problem(("name",), "is no name", f"at most {_LONGEST_NAME} characters"))
        if problems:
            raise Invalid(problems)
        with self._db.transaction() as tx:
            row = store.insert_role(tx, slug, name or slug)
        if row is None:
            raise Conflict(f"there is a role {slug} already")
        return _role(row)

    def delete_role(self, slug: str) -> None:
        """Jobs that were open to it alone stay hidden."""
        with self._db.transaction() as tx:
            if not (_SLUG.fullmatch(slug) and store.delete_role(tx, slug)):
                raise NotFound(f"there is no role {slug}")

    def grant(self, username: str, slug: str) -> None:
        """Give a user a role; to give it again is no error."""
        with self._db.transaction() as tx:
            store.grant(tx, *_pair(tx, username, slug))

    def revoke(self, username: str, slug: str) -> None:
        with self._db.transaction() as tx:
            store.revoke(tx, *_pair(tx, username, slug))

    def has_user(self, username: str) -> bool:
        with self._db.transaction() as tx:
            return _is_name(username) and store.id_of(tx, username) is not None

    def has_role(self, slug: str) -> bool:
        with self._db.transaction() as tx:
            return _SLUG.fullmatch(slug) is not None and store.role_id(tx, slug) is not None


def hash_of(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=10)).decode()


def _pair(tx: Tx, username: str, slug: str) -> tuple[UUID, UUID]:
    user_id = store.id_of(tx, _known(username))
    if user_id is None:
        raise _unknown(username)
    role_id = store.role_id(tx, slug) if _SLUG.fullmatch(slug) else None
    if role_id is None:
        raise NotFound(f"there is no role {slug}")
    return user_id, role_id


def _name_problems(username: str, name: str) -> list[Problem]:
    problems = []
    if not _is_name(username):
        problems.append(Problem(("username",), "is no username", _NAMES))
    if not is_clean(name) or len(name) > _LONGEST_NAME:
        problems.append(Problem(("name",), "is no name", f"at most {_LONGEST_NAME} characters"))
    return problems


def _password_problems(password: str) -> list[Problem]:
    fits = is_clean(password) and 0 < len(password.encode()) <= MOST_PASSWORD
    allowed = f"1 to {MOST_PASSWORD} bytes without a NUL"
    return [] if fits else [Problem(("password",), "cannot be a password", allowed)]


def _is_name(username: str) -> bool:
    return _NAME.fullmatch(username) is not None and is_clean(username)


def _known(username: str) -> str:
    """NotFound: no user can have this name."""
    if not _is_name(username):
        raise _unknown(username)
    return username


def _unknown(username: str) -> NotFound:
    return NotFound(f"there is no user {username}")


def _found(row: Row | None, username: str) -> Row:
    if row is None:
        raise _unknown(username)
    return row


def _user(row: Row) -> User:
    return User(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        scope=row["scope"],
        disabled=row["disabled"],
        roles=tuple(row["roles"]),
        created_at=row["created_at"],
    )


def _role(row: Row) -> Role:
    return Role(id=row["id"], slug=row["slug"], name=row["name"], created_at=row["created_at"])
