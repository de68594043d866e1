"""Results, found in what tasks wrote to stdout."""

from collections.abc import Iterator, Mapping
from typing import Any

from windlass.coordinator.dialects.linkis import paths
from windlass.coordinator.dialects.linkis.asked import milliseconds
from windlass.coordinator.dialects.linkis.found import Found
from windlass.coordinator.dialects.linkis.log import stdout
from windlass.coordinator.dialects.linkis.results.layouts import Layouts
from windlass.coordinator.dialects.linkis.results.model import STDOUT, Kind, Layout, ResultFile
from windlass.coordinator.dialects.linkis.results.query import Query
from windlass.coordinator.dialects.linkis.results.reading import show, tree
from windlass.coordinator.dialects.linkis.results.survey import survey
from windlass.coordinator.dialects.linkis.telling import Telling
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import LogPiece

_NOT_YET = Layout(Kind.TEXT, (STDOUT,), ())


class Results:
    def __init__(self, engine: Engine, telling: Telling) -> None:
        self._engine = engine
        self._telling = telling
        self._layouts = Layouts()

    def tree(self, found: Found) -> Mapping[str, Any]:
        """Without files until the task is over."""
        modified = milliseconds(found.standing.job.ended_at) or 0
        return tree(self._layout(found), paths.result_path(found), modified)

    def show(self, found: Found, name: str, query: Query) -> Mapping[str, Any] | None:
        """None: there is no such file."""
        layout = self._layout(found)
        file = layout.file(name)
        return show(layout, file, self._printed(found, file), query) if file else None

    def _layout(self, found: Found) -> Layout:
        attempt = found.standing.attempt
        if not found.is_over:
            return _NOT_YET
        if attempt is None or not found.standing.told:
            return self._look(found)
        return self._layouts.get(attempt.id, lambda: self._look(found))

    def _look(self, found: Found) -> Layout:
        return survey(self._printed(found), tabular=self._telling.is_tabular(found))

    def _printed(self, found: Found, file: ResultFile | None = None) -> Iterator[LogPiece]:
        """To stdout: of one file, or all of it."""
        attempt = found.standing.attempt
        if attempt is None:
            return iter(())
        start, stop = (file.start, file.stop) if file else (0, None)
        return stdout(self._engine.log_bytes(attempt.id, start=start, end=stop))
