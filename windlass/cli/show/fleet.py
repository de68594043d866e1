"""Nodes and queues, for people."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import click

from windlass.cli.show.table import print_table
from windlass.cli.show.words import ago
from windlass.shared.sizes import show_size

Document = Mapping[str, Any]


def print_nodes(nodes: Iterable[Document], now: datetime) -> None:
    print_table(
        ("name", "state", "busy", "runtime", "queues", "seen"),
        [
            (
                node["name"],
                node["state"],
                f"{node['running']}/{node['slots']}",
                node["runtime"],
                ",".join(node["queues"]),
                ago(node["seen_at"], now),
            )
            for node in nodes
        ],
    )


def print_node(node: Document, now: datetime) -> None:
    facts = {
        "name": node["name"],
        "host": node["hostname"],
        "state": node["state"],
        "version": node["version"],
        "runtime": node["runtime"],
        "queues": ", ".join(node["queues"]),
        "busy": f"{node['running']} of {node['slots']} slots",
        "running": ", ".join(node["attempts"]),
        "cpus": node["cpus"],
        "memory": show_size(node["memory"]),
        "disk free": show_size(node["disk_free"]),
        "joined": ago(node["joined_at"], now),
        "seen": ago(node["seen_at"], now),
    }
    for name, value in facts.items():
        click.echo(f"{name + ':':<12} {value}")


def print_queues(queues: Iterable[Document], now: datetime) -> None:
    print_table(
        ("name", "pending", "scheduled", "running", "oldest", "nodes"),
        [
            (
                queue["name"],
                queue["pending"],
                queue["scheduled"],
                queue["running"],
                ago(queue.get("oldest_at"), now),
                queue["nodes"],
            )
            for queue in queues
        ],
    )
