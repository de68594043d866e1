"""`each` over short and long lists, in plain processes: does a longer list cost more an element?

Always as many elements altogether, so that only the length of the lists differs.
"""

import json
from time import perf_counter

from benchmarks.figures import Figure, Goal
from benchmarks.jobs import finish
from benchmarks.processes import bare
from benchmarks.scale import Scale
from benchmarks.stack import LANES, Up, a_stack

SHORT = 100


def measure(scale: Scale) -> list[Figure]:
    longest = scale.fan_out
    lengths = [SHORT, longest // 10, longest]
    took: dict[int, float] = {}
    with a_stack("process") as up:
        floor = bare(longest) / longest * 1000
        _run(up, SHORT, 1)
        for length in lengths:
            took[length] = _run(up, length, longest // length)
    shown = ", ".join(f"{length:,}: {each:.2f} ms" for length, each in took.items())
    note = f"an element costs, by the length of the list: {shown}"
    return [
        Figure(
            name="each.item",
            ours=max(took.values()),
            unit="ms",
            floor=floor,
            floor_is=f"fork, exec and wait of the same process, {LANES} at a time",
            goal=Goal("ours", "≤", 8),
            notes=(note,),
        ),
        Figure(
            name="each.long",
            ours=max(took[length] for length in lengths[1:]),
            unit="ms",
            floor=took[SHORT],
            floor_is=f"an element of lists of {SHORT}, as many altogether",
            goal=Goal("ratio", "≤", 1.2),
        ),
    ]


def _run(up: Up, length: int, jobs: int) -> float:
    """Milliseconds an element, from the first POST to the end of the last job."""
    bodies = [_document(length)] * jobs
    began = perf_counter()
    finish(up, bodies)
    return (perf_counter() - began) / (jobs * length) * 1000


def _document(length: int) -> bytes:
    task = {"name": "element {{ item.index }}", "cmd": ["/bin/true"]}
    each = {"list": "{{ fromJSON(inputs.all) }}", "task": task}
    tasks = [{"name": "all of them", "each": each}]
    inputs = {"all": json.dumps(list(range(length)))}
    return json.dumps({"name": "each", "inputs": inputs, "tasks": tasks}).encode()
