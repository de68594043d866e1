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
    _change(session, name, "drain", "takes nothing more")


@node.command()
@click.argument("name")
@connected
def resume(session: Session, name: str) -> None:
    """Take a drained node back into service."""
    _change(session, name, "resume", "is back in service")


def _change(session: Session, name: str, verb: str, done: str) -> None:
    answer = session.client().post("nodes", name, verb)
    click.echo(json.dumps(answer or {"name": name}) if session.json else f"{name} {done}")


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
