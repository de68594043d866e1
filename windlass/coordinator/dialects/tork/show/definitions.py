"""Which part of a job's document a task came from."""

from windlass.coordinator.dialects.tork.documents import Document, Task
from windlass.coordinator.engine.views import TaskView

_UNKNOWN = Task()


class Definitions:
    """Of one document."""

    def __init__(self, document: Document) -> None:
        self._tasks = document.tasks

    def of(self, view: TaskView) -> Task:
        first, *deeper = view.path or (view.position,)
        task = self._tasks[first] if first < len(self._tasks) else _UNKNOWN
        for place in deeper:
            task = _part(task, place)
        return task


def _part(task: Task, place: int) -> Task:
    if task.each is not None:
        return task.each.task or _UNKNOWN
    children = task.parallel.tasks if task.parallel else ()
    return children[place] if place < len(children) else _UNKNOWN
