"""A task while it goes on, and ever after: status, log, progress, kill."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from windlass.coordinator.dialects.linkis import levels, present, words
from windlass.coordinator.dialects.linkis.found import Found, Tasks, Unknown
from windlass.coordinator.dialects.linkis.ids import Malformed
from windlass.coordinator.dialects.linkis.reading import number_asked, whole_body
from windlass.coordinator.dialects.linkis.telling import Telling
from windlass.coordinator.engine.errors import Conflict
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Caller, Scope
from windlass.coordinator.web.failures import Refusal
from windlass.coordinator.web.operations import Call, operation

KILLED = "Successfully killed the job(成功kill了job)"
OVER = "The job already completed. Do not support kill.(任务已经结束，不支持kill)"
NO_KILL = "Get job by ID error, kill failed.(获取job时发生异常，kill失败)"
NO_STATUS = (
    "Get job by ID error and cannot obtain the corresponding task status."
    "(获取job时发生异常，不能获取相应的任务状态)"
)
NO_PROGRESS = (
    "The job corresponding to the ID is empty, and the corresponding task progress cannot be"
    " obtained.(ID 对应的job为空，不能获取相应的任务进度)"
)
NO_LOG = (
    "Can't find execID(不能找到execID): {}Corresponding job, can not get the corresponding log"
    "(对应的job，不能获得对应的日志)"
)
NOT_ARRAYS = "Request parameter error, please use array(请求参数错误，请使用数组)"
NOT_AS_MANY = (
    "The length of the ID list does not match the length of the TASKID list"
    "(id列表的长度与taskId列表的长度不一致)"
)
_MOST_AT_ONCE = 1000
_USUAL_PAGE, _LARGEST_PAGE = 100, 10_000


class Running:
    def __init__(self, engine: Engine, tasks: Tasks, telling: Telling) -> None:
        self._engine = engine
        self._tasks = tasks
        self._telling = telling

    @operation("GET /entrance/<id>/status", Scope.READ, loose=True)
    def show_status(self, call: Call, id: str) -> Response:
        """Show the status of a task."""
        found = self._find(id, call.caller, NO_STATUS)
        return words.answer({"status": found.status, "execID": id})

    @operation("GET /entrance/<id>/progress", Scope.READ, loose=True)
    def show_progress(self, call: Call, id: str) -> Response:
        """Show how far a task is."""
        return words.answer(self._progress(id, call.caller))

    @operation("GET /entrance/<id>/progressWithResource", Scope.READ, loose=True)
    def show_progress_and_resources(self, call: Call, id: str) -> Response:
        """Show how far a task is; of resources there is nothing to tell."""
        return words.answer({**self._progress(id, call.caller), "yarnResource": None})

    @operation("GET /entrance/<id>/log", Scope.READ, loose=True)
    def show_log(self, call: Call, id: str) -> Response:
        """Show lines of a log in four streams. They are counted from 1; ``fromLine`` of the answer
        is the next one."""
        first = max(number_asked("fromLine", 0), 1)
        size = number_asked("size", _USUAL_PAGE)
        size = _LARGEST_PAGE if size < 0 else min(size, _LARGEST_PAGE)
        found = self._find(id, call.caller, NO_LOG.format(id[:200]))
        lines = self._telling.log(found).page(first - 1, size)
        streams = levels.page(lines)
        together = request.args.get("distinctLevel", "").lower() == "false"
        return words.answer(
            {
                "log": streams[levels.ALL] if together else streams,
                "execID": id,
                "fromLine": first + len(lines),
            }
        )

    @operation("GET /entrance/<id>/kill", Scope.SUBMIT, loose=True)
    def kill_by_get(self, call: Call, id: str) -> Response:
        """Kill a task, as Linkis' clients do it."""
        return self._kill(id, call.caller)

    @operation("POST /entrance/<id>/kill", Scope.SUBMIT, loose=True)
    def kill(self, call: Call, id: str) -> Response:
        """Kill a task."""
        return self._kill(id, call.caller)

    @operation("POST /entrance/<id>/killJobs", Scope.SUBMIT, loose=True)
    def kill_many(self, call: Call, id: str) -> Response:
        """Kill the tasks that the body names."""
        body = whole_body()
        exec_ids, task_ids = body.get("idList"), body.get("taskIDList")
        if not isinstance(exec_ids, list) or not isinstance(task_ids, list):
            raise words.refuse(NOT_ARRAYS)
        if len(exec_ids) != len(task_ids):
            raise words.refuse(NOT_AS_MANY)
        if len(exec_ids) > _MOST_AT_ONCE:
            raise words.refuse(f"at most {_MOST_AT_ONCE} are killed at once")
        told = [
            self._killed(str(exec_id or task_id), call.caller)
            for exec_id, task_id in zip(exec_ids, task_ids, strict=True)
        ]
        return words.answer({"messages": told}, "success")

    @operation("GET /entrance/<id>/pause", Scope.SUBMIT, loose=True)
    def pause(self, call: Call, id: str) -> Response:
        """Do nothing: Linkis has no way to pause a task, and says that it has done so."""
        self._find(id, call.caller, NO_STATUS)
        return words.answer({"execID": id}, "success to pause job (成功pause了job)")

    def _progress(self, id: str, caller: Caller) -> Mapping[str, Any]:
        found = self._find(id, caller, NO_PROGRESS)
        return {
            "progress": found.progress,
            "execID": id,
            "progressInfo": present.progress_info(found),
        }

    def _kill(self, id: str, caller: Caller) -> Response:
        found = self._find(id, caller, NO_KILL)
        if found.is_over:
            raise words.refuse(OVER, data={"execID": id})
        try:
            self._engine.cancel(found.standing.job.id)
        except Conflict:
            raise words.refuse(OVER, data={"execID": id}) from None
        return words.answer({"execID": id}, KILLED)

    def _killed(self, id: str, caller: Caller) -> Mapping[str, Any]:
        """The envelope of one among many."""
        method = f"/api/entrance/{id[:200]}/kill"
        try:
            self._kill(id, caller)
        except Refusal as refusal:
            return words.document(words.ERROR, refusal.failure.message, {"execID": id}, method)
        return words.document(words.OK, KILLED, {"execID": id}, method)

    def _find(self, id: str, caller: Caller, otherwise: str) -> Found:
        return find(self._tasks, id, caller, otherwise)


def find(tasks: Tasks, id: str, caller: Caller, otherwise: str) -> Found:
    """Refusal, in the words ``otherwise`` where there is none for this caller."""
    try:
        return tasks.named(id, caller)
    except Malformed as problem:
        raise words.failed(str(problem)) from None
    except Unknown:
        raise words.refuse(otherwise, data={"execID": id}) from None
