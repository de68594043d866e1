"""Users, roles, and who has which."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_SHOWN = """
id, username, name, scope, disabled, created_at, ARRAY(
    SELECT slug FROM user_role JOIN role ON role.id = role_id WHERE user_id = users.id ORDER BY slug
) AS roles
"""

# What a token is called may not be a user's name too: jobs go by the names of their owners.
_INSERT = f"""
INSERT INTO users (username, name, password, scope, disabled)
SELECT %(username)s, %(name)s, %(password)s, %(scope)s, %(disabled)s
WHERE NOT EXISTS (SELECT FROM token WHERE name = %(username)s)
ON CONFLICT (username) DO NOTHING RETURNING {_SHOWN}
"""  # noqa: S608 - constants only

_ALL = f"SELECT {_SHOWN} FROM users ORDER BY username"  # noqa: S608 - constants only
_ONE = f"SELECT {_SHOWN} FROM users WHERE username = %(username)s"  # noqa: S608 - constants only
_NAMED = f"""
SELECT {_SHOWN} FROM users WHERE username = ANY(%(usernames)s::text[])
"""  # noqa: S608 - constants only

_IDENTITY = """
SELECT id, username, password, scope, disabled,
    ARRAY(SELECT role_id FROM user_role WHERE user_id = users.id ORDER BY role_id) AS roles
FROM users WHERE {which}
"""

_CHANGE = """
UPDATE users SET password = coalesce(%(password)s, password),
    disabled = coalesce(%(disabled)s, disabled)
WHERE username = %(username)s
"""
_DELETE = "DELETE FROM users WHERE username = %(username)s"


def insert(tx: Tx, user: Mapping[str, object]) -> Row | None:
    """Of username, name, password (its hash), scope and disabled. None: the name is taken, be it
    by a token."""
    return tx.one(_INSERT, **user)


def all_users(tx: Tx) -> Sequence[Row]:
    return tx.all(_ALL)


def user(tx: Tx, username: str) -> Row | None:
    return tx.one(_ONE, username=username)


def named(tx: Tx, usernames: Sequence[str]) -> Sequence[Row]:
    """Those that exist."""
    return tx.all(_NAMED, usernames=list(usernames))


def identity(tx: Tx, username: str) -> Row | None:
    """With the hash of the password, and the ids of the roles."""
    return tx.one(_IDENTITY.format(which="username = %(username)s"), username=username)


def identity_of(tx: Tx, id: UUID) -> Row | None:
    return tx.one(_IDENTITY.format(which="id = %(id)s"), id=id)


def change(tx: Tx, username: str, password: str | None, disabled: bool | None) -> bool:
    """What is None stays. False: there is no such user."""
    return tx.run(_CHANGE, username=username, password=password, disabled=disabled) > 0


def delete(tx: Tx, username: str) -> bool:
    return tx.run(_DELETE, username=username) > 0


_ID = "SELECT id FROM users WHERE username = %(username)s"


def id_of(tx: Tx, username: str) -> UUID | None:
    row = tx.one(_ID, username=username)
    return row["id"] if row else None


_ROLE_COLUMNS = "id, slug, name, created_at"
_ROLES = f"SELECT {_ROLE_COLUMNS} FROM role ORDER BY slug"  # noqa: S608 - constants only
_ROLE = f"SELECT {_ROLE_COLUMNS} FROM role WHERE slug = %(slug)s"  # noqa: S608 - constants only
_INSERT_ROLE = f"""
INSERT INTO role (slug, name) VALUES (%(slug)s, %(name)s)
ON CONFLICT (slug) DO NOTHING RETURNING {_ROLE_COLUMNS}
"""  # noqa: S608 - constants only
_DELETE_ROLE = "DELETE FROM role WHERE slug = %(slug)s"

_GRANT = """
INSERT INTO user_role (user_id, role_id) VALUES (%(user_id)s, %(role_id)s) ON CONFLICT DO NOTHING
"""
_REVOKE = "DELETE FROM user_role WHERE user_id = %(user_id)s AND role_id = %(role_id)s"


def roles(tx: Tx) -> Sequence[Row]:
    return tx.all(_ROLES)


def role_id(tx: Tx, slug: str) -> UUID | None:
    row = tx.one(_ROLE, slug=slug)
    return row["id"] if row else None


def insert_role(tx: Tx, slug: str, name: str) -> Row | None:
    """None: the slug is taken."""
    return tx.one(_INSERT_ROLE, slug=slug, name=name)


def delete_role(tx: Tx, slug: str) -> bool:
    return tx.run(_DELETE_ROLE, slug=slug) > 0


def grant(tx: Tx, user_id: UUID, role_id: UUID) -> None:
    """Twice is no error."""
    tx.run(_GRANT, user_id=user_id, role_id=role_id)


def revoke(tx: Tx, user_id: UUID, role_id: UUID) -> None:
    tx.run(_REVOKE, user_id=user_id, role_id=role_id)
