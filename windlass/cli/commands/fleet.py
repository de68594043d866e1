"""``windlass node`` and ``windlass queue``."""

import json
from datetime import UTC, datetime

import click

from windlass.cli.session import Session, connected
from windlass.cli.show.fleet import print_node, print_nodes, print_queues


@click.group()
def node() -> None:
    """List, show, drain and resume nodes."""


@node.command("ls")
@connected
def list_nodes(session: Session) -> None:
    """List nodes."""
    nodes = list(session.client().get("nodes")["items"])
    if session.json:
        click.echo(json.dumps(nodes))
    else:
        print_nodes(nodes, datetime.now(UTC))


@node.command("get")
@click.argument("name")
@connected
def get_node(session: Session, name: str) -> None:
    """Show one node."""
    found = session.client().get("nodes", name)
    if session.json:
        click.echo(json.dumps(found))
    else:
        print_node(found, datetime.now(UTC))


@node.command()
@click.argument("name")
@connected
def drain(session: Session, name: str) -> None:
    """Let a node finish what it runs and take no more."""
    session.change("nodes", name, "drain", done="takes nothing more")


@node.command()
@click.argument("name")
@connected
def resume(session: Session, name: str) -> None:
    """Take a drained node back into service."""
    session.change("nodes", name, "resume", done="is back in service")


@click.group()
def queue() -> None:
    """List queues and what waits in them."""


@queue.command("ls")
@connected
def list_queues(session: Session) -> None:
    """List queues."""
    queues = list(session.client().get("queues")["items"])
    if session.json:
        click.echo(json.dumps(queues))
    else:
        print_queues(queues, datetime.now(UTC))
