"""Names of the keys that have sealed what lies here."""

from collections.abc import Sequence

from windlass.coordinator.store.db import Tx

_STRANGE = "SELECT name FROM seal_key WHERE name <> ALL(%(known)s::text[]) ORDER BY name"
_NOTE = """
INSERT INTO seal_key (name) SELECT unnest(%(names)s::text[]) ON CONFLICT (name) DO NOTHING
"""
_FORGET = "DELETE FROM seal_key WHERE name <> ALL(%(kept)s::text[])"


def strange(tx: Tx, known: Sequence[str]) -> list[str]:
    """Those that are none of these."""
    return [row["name"] for row in tx.all(_STRANGE, known=list(known))]


def note(tx: Tx, names: Sequence[str]) -> None:
    """These are about to seal something."""
    tx.run(_NOTE, names=list(names))


def forget(tx: Tx, kept: Sequence[str]) -> None:
    """All but these: nothing is sealed with them any more."""
    tx.run(_FORGET, kept=list(kept))
