"""Results, found in what tasks wrote to stdout."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from windlass.coordinator.dialects.linkis import paths
from windlass.coordinator.dialects.linkis.asked import milliseconds
from windlass.coordinator.dialects.linkis.found import Found
from windlass.coordinator.dialects.linkis.log import stdout
from windlass.coordinator.dialects.linkis.results.model import Layout
from windlass.coordinator.dialects.linkis.results.query import Query
from windlass.coordinator.dialects.linkis.results.reading import show, tree
from windlass.coordinator.dialects.linkis.results.survey import survey
from windlass.coordinator.dialects.linkis.telling import Telling
from windlass.coordinator.engine.service import Engine
from windlass.shared.ids import AttemptId

_KEPT = 256  # layouts: of what is over nothing changes


class Results:
    def __init__(self, engine: Engine, telling: Telling) -> None:
        self._engine = engine
        self._telling = telling
        self._layouts: OrderedDict[AttemptId, Layout] = OrderedDict()
        self._lock = Lock()

    def tree(self, found: Found) -> Mapping[str, Any]:
        """Without files until the task is over."""
        modified = milliseconds(found.standing.job.ended_at) or 0
        layout = self._layout(found)
        shown = tree(layout or _NONE, paths.result_path(found), modified)
        return shown

    def show(self, found: Found, file: str, query: Query) -> Mapping[str, Any] | None:
        """None: there is no such file."""
        layout, attempt = self._layout(found), found.standing.attempt
        wanted = layout.file(file) if layout else None
        if layout is None or wanted is None:
            return None
        pieces = stdout(
            self._engine.log_bytes(attempt.id, start=wanted.start, end=wanted.stop)
            if attempt
            else iter(())
        )
        return show(layout, wanted, pieces, query)

    def _layout(self, found: Found) -> Layout | None:
        if not found.is_over:
            return None
        attempt = found.standing.attempt
        if attempt is None:
            return survey((), tabular=False)
        with self._lock:
            known = self._layouts.get(attempt.id)
        if known is not None:
            return known
        printed = stdout(self._engine.log_bytes(attempt.id))
        layout = survey(printed, tabular=self._telling.is_tabular(found))
        if found.standing.told:
            self._keep(attempt.id, layout)
        return layout

    def _keep(self, id: AttemptId, layout: Layout) -> None:
        with self._lock:
            self._layouts[id] = layout
            while len(self._layouts) > _KEPT:
                self._layouts.popitem(last=False)
