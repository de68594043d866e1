"""What lies in Postgres sealed: every document, spec, scope and order that may hold a secret.

``Tx`` opens the columns named in ``COLUMNS`` as it reads them; whoever writes them seals them here.
"""

from dataclasses import dataclass, field

from windlass.shared.sealing import Ring

COLUMNS = frozenset({"spec", "document", "content", "order", "scope"})

# Too much is no harm: what only speaks of secrets is sealed as well. Not everything is: sealed rows
# are longer, and do not compress. Words, for a pattern takes ten times as long.
_TELLING = (
    *("secret", "password", "passwd", "passphrase", "token", "credential"),
    *("api_key", "apikey", "access_key", "accesskey", "private_key", "privatekey"),
    '"headers":',
)


@dataclass(frozen=True)
class Safe:
    """``rest``: keys of the coordinators alone. ``orders``: those that workers have too."""

    rest: Ring = field(default_factory=Ring)
    orders: Ring = field(default_factory=Ring)
    _all: Ring = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_all", self.rest | self.orders)

    def kept(self, text: str, secretive: bool = False) -> str:
        """A text that stays here. ``secretive``: its job has secrets."""
        return self.rest.seal(text) if secretive or tells(text) else text

    def order(self, text: str, secretive: bool = False) -> str:
        """What a worker is told."""
        return self.orders.seal(text) if secretive or tells(text) else text

    def open(self, text: str) -> str:
        """Unreadable: sealed with a key that is not here."""
        return self._all.open(text)


OPEN = Safe()  # nothing is sealed


def tells(text: str) -> bool:
    """It speaks of secrets."""
    small = text.lower()
    return any(word in small for word in _TELLING)
