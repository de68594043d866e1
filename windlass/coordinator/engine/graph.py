"""The graph of ``needs``, as lists of positions. Pure, linear, without recursion."""

from collections.abc import Sequence


def a_cycle(needs: Sequence[Sequence[int]]) -> list[int]:
    """Positions that need each other in a circle, each needing the next; empty: there is none.
    Needs out of range are ignored."""
    size = len(needs)
    missing = [0] * size
    children: list[list[int]] = [[] for _ in range(size)]
    for child, parents in enumerate(needs):
        for parent in parents:
            if 0 <= parent < size:
                missing[child] += 1
                children[parent].append(child)
    _take_away(missing, children)
    stuck = next((position for position in range(size) if missing[position]), None)
    return [] if stuck is None else _walk(stuck, needs, missing)


def _take_away(missing: list[int], children: Sequence[Sequence[int]]) -> None:
    """Whatever can end, layer by layer; what is left is on a cycle or behind one."""
    free = [position for position, count in enumerate(missing) if not count]
    while free:
        for child in children[free.pop()]:
            missing[child] -= 1
            if not missing[child]:
                free.append(child)


def _walk(start: int, needs: Sequence[Sequence[int]], missing: Sequence[int]) -> list[int]:
    """Upwards from a task that is stuck, which leads into a cycle."""
    path: list[int] = []
    seen: dict[int, int] = {}
    position = start
    while position not in seen:
        seen[position] = len(path)
        path.append(position)
        position = next(p for p in needs[position] if 0 <= p < len(missing) and missing[p])
    return path[seen[position] :]
