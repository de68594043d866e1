"""What each field must satisfy: Tork's tags, and ours where Tork finds out too late or never.

A rule is a tag and a test; ``dive`` looks at each element. They run in this order, and the first
that fails is the field's only sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from windlass.coordinator.dialects.tork import cron
from windlass.coordinator.dialects.tork.queues import to_engine
from windlass.coordinator.engine import expressions
from windlass.shared.golang.durations import is_duration
from windlass.shared.queues import is_queue_name

OURS = 256  # what the columns of Tork's tables hold; longer ones fail there, later and worse
RESERVED = frozenset(
    {"pending", "started", "completed", "error", "heartbeat", "jobs", "logs", "progress"}
    | {"redeliveries"}
)

Test = Callable[[Any], bool]

_is_templated = expressions.is_templated


@dataclass(frozen=True)
class Rule:
    tag: str
    holds: Test


def _is_expression(text: str) -> bool:
    try:
        expressions.check_first(text)
    except expressions.ExpressionError:
        return False
    return True


def _or_empty(test: Test) -> Test:
    return lambda value: not value or test(value)


def _at_most(most: int) -> Rule:
    return Rule("max", lambda value: _size(value) <= most)


def _at_least(least: int) -> Rule:
    return Rule("min", lambda value: _size(value) >= least)


def _size(value: Any) -> float:
    """Of text, its characters; of a number, the number."""
    return value if isinstance(value, int | float) else len(value or "")


def _is_output(text: str) -> bool:
    """Plain text is as good as an expression: there it is shown as it is."""
    return not _is_templated(text) or _is_expression(text)


def _is_nameable(queue: str) -> bool:
    return _is_templated(queue) or is_queue_name(to_engine(queue))


_REQUIRED = Rule("required", bool)
_THERE = Rule("required", lambda value: value is not None)
_SOME = Rule("min", bool)
_DURATION = Rule("duration", _or_empty(is_duration))
_QUEUE = Rule("queue", lambda name: not name.startswith("x-") and name not in RESERVED)
_NAMEABLE = Rule(
    "max", _or_empty(lambda name: _is_templated(name) or is_queue_name(to_engine(name)))
)
_EXPRESSION = Rule("expr", _or_empty(_is_expression))
_OUTPUT = Rule("expr", _or_empty(_is_output))
_FACTOR = Rule("min", lambda value: value is None or value == 0 or value >= 1)
_PRIORITY = (_at_least(0), _at_most(9))
_NAME = (_REQUIRED, _at_most(OURS))
_TASKS = (_THERE, _SOME)

RULES: Mapping[tuple[str, str], tuple[Rule, ...]] = {
    ("Job", "name"): (_REQUIRED,),
    ("Job", "tasks"): _TASKS,
    ("Job", "output"): (_OUTPUT,),
    ("ScheduledJob", "name"): (_REQUIRED,),
    ("ScheduledJob", "tasks"): _TASKS,
    ("ScheduledJob", "output"): (_OUTPUT,),
    ("ScheduledJob", "schedule"): (_THERE,),
    ("Task", "name"): _NAME,
    ("Task", "image"): (_at_most(OURS),),
    ("Task", "queue"): (_QUEUE, _NAMEABLE),
    ("Task", "timeout"): (_DURATION,),
    ("Task", "var"): (_at_most(64),),
    ("Task", "if"): (_EXPRESSION,),
    ("Task", "workdir"): (_at_most(256),),
    ("Task", "priority"): _PRIORITY,
    ("AuxTask", "name"): _NAME,
    ("AuxTask", "image"): (_at_most(OURS),),
    ("AuxTask", "timeout"): (_DURATION,),
    ("SidecarTask", "name"): _NAME,
    ("SidecarTask", "image"): (_at_most(OURS),),
    ("SidecarTask", "timeout"): (_DURATION,),
    ("Probe", "path"): (_REQUIRED, _at_most(256)),
    ("Probe", "port"): (_REQUIRED, _at_least(1), _at_most(65535)),
    ("Probe", "timeout"): (_DURATION,),
    ("Parallel", "tasks"): _TASKS,
    ("Each", "list"): (_REQUIRED, _EXPRESSION),
    ("Each", "concurrency"): (_at_least(0), _at_most(99999)),
    ("SubJob", "name"): _NAME,
    ("SubJob", "tasks"): _TASKS,
    ("SubJob", "output"): (_OUTPUT,),
    ("Defaults", "timeout"): (_DURATION,),
    ("Defaults", "queue"): (_QUEUE, _NAMEABLE),
    ("Defaults", "priority"): _PRIORITY,
    ("Retry", "limit"): (_REQUIRED, _at_least(1), _at_most(10)),
    ("Retry", "initialDelay"): (_DURATION,),
    ("Retry", "scalingFactor"): (_FACTOR, _at_most(10)),
    ("Retry", "maxDelay"): (_DURATION,),
    ("Webhook", "url"): (_REQUIRED,),
    ("Webhook", "if"): (_EXPRESSION,),
    ("AutoDelete", "after"): (_DURATION,),
    ("Schedule", "cron"): (_REQUIRED, Rule("cron", cron.is_cron)),
}
