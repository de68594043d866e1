"""``windlass user`` and ``windlass role``."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from windlass.cli.client import Body, Document
from windlass.cli.session import Session, connected
from windlass.cli.show.table import print_table
from windlass.cli.show.words import ago

_NAME = click.argument("name")
_SLUG = click.argument("role")


@click.group()
def user() -> None:
    """Create and change users, and give them roles; takes a token of scope admin.

    Passwords are asked for, or read from standard input; never from the command line.
    """


@user.command("create")
@_NAME
@click.option("--full-name", metavar="TEXT", help="What a person is called.")
@click.option(
    "--scope",
    type=click.Choice(["read", "submit", "admin"]),
    default="submit",
    show_default=True,
    help="What they may do; an admin sees every job.",
)
@connected
def create_user(session: Session, name: str, full_name: str | None, scope: str) -> None:
    """Create user NAME."""
    asked: Document = {"username": name, "scope": scope, "password": _password(name)}
    if full_name:
        asked["name"] = full_name
    _say(session, session.client().post("users", body=Body.of(asked)), f"{name} created")


@user.command("ls")
@connected
def list_users(session: Session) -> None:
    """List users with their roles."""
    _list(session, "users", ("username", "name", "scope", "roles", "created_at", "disabled"))


@user.command()
@_NAME
@connected
def passwd(session: Session, name: str) -> None:
    """Give user NAME another password."""
    _change(session, name, {"password": _password(name)}, "has another password")


@user.command()
@_NAME
@connected
def disable(session: Session, name: str) -> None:
    """Let user NAME in no more; their jobs go on."""
    _change(session, name, {"disabled": True}, "disabled")


@user.command()
@_NAME
@connected
def enable(session: Session, name: str) -> None:
    """Let user NAME in again."""
    _change(session, name, {"disabled": False}, "enabled")


@user.command("delete")
@_NAME
@connected
def delete_user(session: Session, name: str) -> None:
    """Delete user NAME and their tokens; jobs open to them alone stay hidden."""
    session.client().call("DELETE", "users", name)
    _say(session, {"username": name}, f"{name} deleted")


@user.command()
@_NAME
@_SLUG
@connected
def grant(session: Session, name: str, role: str) -> None:
    """Give user NAME a ROLE."""
    session.client().call("PUT", "users", name, "roles", role)
    _say(session, {"username": name, "role": role}, f"{name} has {role}")


@user.command()
@_NAME
@_SLUG
@connected
def revoke(session: Session, name: str, role: str) -> None:
    """Take a ROLE from user NAME."""
    session.client().call("DELETE", "users", name, "roles", role)
    _say(session, {"username": name, "role": role}, f"{name} has {role} no more")


@click.group()
def role() -> None:
    """Create, list and delete roles; takes a token of scope admin."""


@role.command("create")
@_SLUG
@click.option("--full-name", metavar="TEXT", help="What it is called.")
@connected
def create_role(session: Session, role: str, full_name: str | None) -> None:
    """Create ROLE."""
    asked: Document = {"slug": role} | ({"name": full_name} if full_name else {})
    _say(session, session.client().post("roles", body=Body.of(asked)), f"{role} created")


@role.command("ls")
@connected
def list_roles(session: Session) -> None:
    """List roles."""
    _list(session, "roles", ("slug", "name", "created_at"))


@role.command("delete")
@_SLUG
@connected
def delete_role(session: Session, role: str) -> None:
    """Delete ROLE; jobs open to it alone stay hidden."""
    session.client().call("DELETE", "roles", role)
    _say(session, {"slug": role}, f"{role} deleted")


# field -> how its column is headed
_HEADINGS = {"username": "user", "slug": "role", "created_at": "created", "disabled": "state"}


def _list(session: Session, what: str, fields: Sequence[str]) -> None:
    items = session.client().get(what)["items"]
    if session.json:
        click.echo(json.dumps(items))
        return
    rows = [tuple(_cell(field, item[field]) for field in fields) for item in items]
    print_table([_HEADINGS.get(field, field) for field in fields], rows)


def _cell(field: str, value: Any) -> str:
    if field == "created_at":
        return ago(value, datetime.now(UTC))
    if field == "disabled":
        return field if value else ""
    return ", ".join(value) if isinstance(value, list) else str(value)


def _change(session: Session, name: str, change: Document, done: str) -> None:
    changed = session.client().call("PATCH", "users", name, body=Body.of(change))
    _say(session, changed, f"{name} {done}")


def _say(session: Session, document: Document, text: str) -> None:
    click.echo(json.dumps(document) if session.json else text)


def _password(name: str) -> str:
    """Typed twice at a terminal; else the first line of standard input."""
    if sys.stdin.isatty():
        asked = f"Password of {name}"
        password: str = click.prompt(asked, hide_input=True, confirmation_prompt=True, err=True)
        return password
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.UsageError("the first line of standard input is to be the password")
    return password
