"""What lies in Postgres sealed: documents, orders, and every spec that may hold a secret.

``Tx`` opens the columns named in ``COLUMNS`` as it reads them; whoever writes them seals them here.
"""

import re
from dataclasses import dataclass, field

from windlass.shared.sealing import Ring

COLUMNS = frozenset({"spec", "document", "content", "order"})

# Too much is no harm: a spec that only speaks of secrets is sealed as well.
_TELLING = re.compile(
    r'secret|passw(or)?d|passphrase|token|credential|api_?key|access_?key|private_?key|"headers":',
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Safe:
    """``rest``: keys of the coordinators alone. ``orders``: those that workers have too."""

    rest: Ring = field(default_factory=Ring)
    orders: Ring = field(default_factory=Ring)
    _all: Ring = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_all", self.rest | self.orders)

    def spec(self, text: str) -> str:
        return self.rest.seal(text) if _TELLING.search(text) else text

    def document(self, text: str) -> str:
        return self.rest.seal(text)

    def order(self, text: str) -> str:
        return self.orders.seal(text)

    def open(self, text: str) -> str:
        """Unreadable: sealed with a key that is not here."""
        return self._all.open(text)


OPEN = Safe()  # nothing is sealed
