"""``windlass token``."""

import json
from datetime import UTC, datetime, timedelta

import click

from windlass.cli.session import Session, connected
from windlass.cli.show.table import print_table
from windlass.cli.show.words import ago
from windlass.cli.tokenstore import a_store
from windlass.cli.words import Duration

_DATABASE = click.option(
    "--database-url",
    envvar="WINDLASS_DATABASE_URL",
    metavar="URL",
    help="Straight in this database, before there is any token.  [env: WINDLASS_DATABASE_URL]",
)


@click.group()
def token() -> None:
    """Create, list and revoke API tokens.

    With --database-url, or beside a running windlass up, straight in the database; else through
    the API, which takes a token of scope admin.
    """


@token.command()
@click.argument("name")
@click.option("--scope", type=click.Choice(["read", "submit", "admin"]), required=True)
@click.option("--expires", type=Duration(), help="After this long, such as 30d; else never.")
@click.option("--user", metavar="NAME", help="It acts for this user, and sees what they may see.")
@_DATABASE
@connected
def create(
    session: Session, name: str, scope: str, expires: float | None, **more: str | None
) -> None:
    """Create token NAME; its secret goes to standard output, this once."""
    end = None if expires is None else datetime.now(UTC) + timedelta(seconds=expires)
    with a_store(session, more["database_url"]) as store:
        made = store.create(name, scope, end, more["user"])
    if session.json:
        click.echo(json.dumps(made))
        return
    click.echo(f"token {name} with scope {scope}; it is shown this once:", err=True)
    click.echo(made["secret"])


@token.command("ls")
@_DATABASE
@connected
def list_tokens(session: Session, database_url: str | None) -> None:
    """List tokens; nobody can show their secrets."""
    with a_store(session, database_url) as store:
        tokens = store.all()
    if session.json:
        click.echo(json.dumps(tokens))
        return
    now = datetime.now(UTC)
    print_table(
        ("name", "scope", "user", "created", "used", "expires"),
        [
            (
                each["name"],
                each["scope"],
                each.get("user") or "",
                ago(each["created_at"], now),
                ago(each.get("used_at"), now),
                each.get("expires_at") or "never",
            )
            for each in tokens
        ],
    )


@token.command()
@click.argument("name")
@_DATABASE
@connected
def revoke(session: Session, name: str, database_url: str | None) -> None:
    """Revoke token NAME, at once."""
    with a_store(session, database_url) as store:
        store.revoke(name)
    click.echo(json.dumps({"name": name}) if session.json else f"{name} revoked")
