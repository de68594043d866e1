"""Results and logs under paths that lead into our store, and nowhere else."""

from flask import Response, request

from windlass.coordinator.dialects.linkis import levels, paths, words
from windlass.coordinator.dialects.linkis.found import Found, Tasks, Unknown
from windlass.coordinator.dialects.linkis.results.query import BadQuery, read_query
from windlass.coordinator.dialects.linkis.results_store import Results
from windlass.coordinator.dialects.linkis.telling import Telling
from windlass.coordinator.web.auth import Caller, Scope
from windlass.coordinator.web.failures import Refusal
from windlass.coordinator.web.operations import Call, operation

LARGEST_LOG = 30 << 20


class Filesystem:
    def __init__(self, tasks: Tasks, results: Results, telling: Telling) -> None:
        self._tasks = tasks
        self._results = results
        self._telling = telling

    @operation("GET /filesystem/getDirFileTrees", Scope.READ, loose=True)
    def list_results(self, call: Call) -> Response:
        """List the files of a result."""
        path = _path()
        found, file = self._result(path, call.caller, 80010)
        if file:
            raise _no_permission(80010, call.caller, path)
        return words.answer({"dirFileTrees": self._results.tree(found)})

    @operation("GET /filesystem/openFile", Scope.READ, loose=True)
    def open_result(self, call: Call) -> Response:
        """Show rows of a file of a result."""
        path = _path()
        try:
            query = read_query(request.args)
        except BadQuery as problem:
            raise words.fault(problem.code, str(problem)) from None
        found, file = self._result(path, call.caller, 80012)
        shown = self._results.show(found, file, query)
        if shown is None:
            raise _no_permission(80012, call.caller, path)
        return words.answer(shown)

    @operation("GET /filesystem/openLog", Scope.READ, loose=True)
    def open_log(self, call: Call) -> Response:
        """Show a whole log in four streams."""
        path = _path()
        named = paths.read_log(path)
        found = self._owned(named.task_id, call.caller) if named else None
        if found is None or paths.log_path(found) != path:
            raise _no_permission(80018, call.caller, path)
        log = self._telling.log(found)
        if log.bytes > LARGEST_LOG:
            text = f"The log is larger than {LARGEST_LOG >> 20}M: read it by pages(日志超过30M)"
            raise words.fault(80033, text)
        level = request.args.get("logLevel", "all").lower()
        return words.answer({"log": levels.whole(log.whole(), level)})

    def _result(self, path: str, caller: Caller, code: int) -> tuple[Found, str]:
        named = paths.read_result(path)
        found = self._owned(named.task_id, caller) if named else None
        if named is None or found is None or paths.result_path(found) != named.directory:
            raise _no_permission(code, caller, path)
        return found, named.file

    def _owned(self, task_id: int, caller: Caller) -> Found | None:
        try:
            return self._tasks.numbered(task_id, caller)
        except Unknown:
            return None


def _path() -> str:
    path = request.args.get("path", "").strip()
    if not path:
        raise words.fault(80004, "The path: is empty(路径: 为空)!")
    return path


def _no_permission(code: int, caller: Caller, path: str) -> Refusal:
    """The same for what is not there and for what is somebody else's."""
    return words.fault(
        code,
        f"The user: {caller.name} has no permission to view the contents of the directory:"
        f" {path[:300]}(用户: {caller.name} 无权限查看目录的内容)",
    )
