"""Tasks made of tasks, and what their parts were told."""

from typing import Any

from tests.support.builders import a_task
from tests.support.rows import attempts_of
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.ids import JobId
from windlass.shared.spec import Each, Parallel, TaskSpec


def side_by_side(*tasks: TaskSpec, name: str = "all", **fields: Any) -> TaskSpec:
    return TaskSpec(name=name, parallel=Parallel(tasks=tasks), **fields)


def for_each(list: str, task: TaskSpec, *, name: str = "each", **fields: Any) -> TaskSpec:
    needs = fields.pop("needs", ())
    return TaskSpec(name=name, each=Each(list=list, task=task, **fields), needs=needs)


def an_item(text: str = "{{ item.index }}={{ item.value }}", **fields: Any) -> TaskSpec:
    return a_task("item", env={"SAID": text}, **fields)


def said(db: Database, id: JobId) -> list[str]:
    orders = [messages.decode(attempt["message"]) for attempt in attempts_of(db, id)]
    return [order.container.env["SAID"] for order in orders if "SAID" in order.container.env]
