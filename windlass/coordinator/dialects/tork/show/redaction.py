"""What Tork hides, and what it should have: values of secrets wherever they appear, and whatever
has a name that promises one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from windlass.coordinator.dialects.tork.show.gojson import whole
from windlass.shared.redact import MASK, Redactor

_WORDS = ("SECRET", "PASSWORD", "ACCESS_KEY")
_BY_KEY = frozenset({"inputs", "env", "opts", "headers"})


@dataclass(frozen=True)
class Cover:
    """``values``: of a job's secrets. ``off``: the operator wants everything shown. ``names``:
    patterns of names that promise a secret, in place of Tork's words."""

    values: tuple[str, ...] = ()
    off: bool = False
    names: tuple[str, ...] = ()
    _hidden: Redactor = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hidden", Redactor(() if self.off else self.values))

    @property
    def within(self) -> tuple[str, ...]:
        """What is hidden inside longer texts."""
        return self._hidden.within

    def text(self, text: str) -> str:
        return self._hidden.text(text)

    def map(self, map: Mapping[str, str]) -> dict[str, str]:
        return {
            key: MASK if self.hides(key) and value else self.text(value)
            for key, value in sorted(map.items())
        }

    def hides(self, key: str) -> bool:
        if self.off:
            return False
        if self.names:
            return any(fnmatchcase(key.upper(), name.upper()) for name in self.names)
        return any(word in key.upper() for word in _WORDS)

    def secrets(self, map: Mapping[str, str]) -> dict[str, str]:
        return {key: value if self.off else MASK for key, value in sorted(map.items())}

    def part(self, part: msgspec.Struct) -> Any:
        """A part of a document as maps and lists, with nothing secret in any of its texts."""
        return self._plain(msgspec.to_builtins(part))

    def _plain(self, value: Any, key: str = "") -> Any:
        if isinstance(value, str):
            return MASK if key == "password" and not self.off else self.text(value)
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            return self._plain_map(value, key)
        return whole(value) if isinstance(value, float) else value

    def _plain_map(self, value: Mapping[str, Any], key: str) -> dict[str, Any]:
        if key == "secrets":
            return self.secrets(value)
        if key in _BY_KEY:
            return self.map(value)
        items = sorted(value.items()) if key == "files" else value.items()
        return {name: self._plain(item, name) for name, item in items}
