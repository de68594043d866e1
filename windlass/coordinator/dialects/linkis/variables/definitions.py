"""Variables that code defines itself: ``#@set name=value``."""

from collections.abc import Iterator

from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable

_SHOWN = 200  # characters of a line in a message


def read_definitions(code: str, mark: str) -> dict[str, str]:
    """The last of a name counts. Unsubstitutable: not exactly one ``=``."""
    return dict(_defined(line, mark) for line in _marked(code, mark))


def only_defines(code: str, mark: str) -> bool:
    """There is nothing in it to run."""
    lines = map(str.strip, code.split("\n"))
    return all(not line or line.startswith(mark) for line in lines)


def _marked(code: str, mark: str) -> Iterator[str]:
    """Lines that define something, from the mark on."""
    at = code.find(mark)
    while at >= 0:
        end = code.find("\n", at)
        end = len(code) if end < 0 else end
        line = code[at:end].strip()
        begins = code.rfind("\n", 0, at) + 1
        if not code[begins:at].strip() and len(line) > len(mark):
            yield line
        at = code.find(mark, end)


def _defined(line: str, mark: str) -> tuple[str, str]:
    name, *values = line.removesuffix(";")[len(mark) :].split("=")
    if len(values) > 1:
        raise Unsubstitutable(20044, f"{line[:_SHOWN]} var defined uncorrectly")
    if not values or not name.strip() or not values[0].strip():
        raise Unsubstitutable(20045, f"var was defined uncorrectly:{line[:_SHOWN]}")
    return name.strip(), values[0].strip()
