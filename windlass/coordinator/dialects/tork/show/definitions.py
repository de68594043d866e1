"""Which part of a job's document a task came from."""

from windlass.coordinator.dialects.tork.documents import Document, Task
from windlass.coordinator.engine.views import TaskView

_UNKNOWN = Task()


class Definitions:
    """Of one document."""

    def __init__(self, document: Document) -> None:
        self._tasks = document.tasks

    def of(self, view: TaskView) -> Task:
        if view.position < len(self._tasks):
            return self._tasks[view.position]
        return _UNKNOWN
