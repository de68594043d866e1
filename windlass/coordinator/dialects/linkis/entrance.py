"""Taking code in: ``/entrance/submit`` and the older ``/entrance/execute``."""

from datetime import datetime

import msgspec
from flask import Response

from windlass.coordinator.dialects.linkis import asked as asking
from windlass.coordinator.dialects.linkis import ids, intake, translate, words
from windlass.coordinator.dialects.linkis.asked import Asked, Fault
from windlass.coordinator.dialects.linkis.engines import Engine as Configured
from windlass.coordinator.dialects.linkis.engines import find_engine
from windlass.coordinator.dialects.linkis.found import DOOR, FIRST
from windlass.coordinator.dialects.linkis.reading import whole_body
from windlass.coordinator.dialects.linkis.settings import Settings
from windlass.coordinator.dialects.linkis.variables.failures import Unsubstitutable
from windlass.coordinator.dialects.linkis.variables.substitution import Users, substitute
from windlass.coordinator.engine.errors import Full, Invalid
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobView, Submission
from windlass.coordinator.web.auth import Caller, Scope
from windlass.coordinator.web.operations import Call, operation

_EMPTY = Fault(
    code=30010,
    text=(
        "Submitting the execution code, after code preprocessing, the real execution code is empty,"
        " please check the executed code(提交的执行代码经过预处理后为空，请检查执行代码)"
    ),
)
_BANNED = Fault(
    code=50081,
    text="Shell code contains blacklisted code(shell中包含黑名单代码)",
)
_FULL = Fault(
    code=asking.QUEUE_FULL,
    text="The submission job failed and the queue is full!(提交作业失败，队列已满！)",
)


class Entrance:
    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._engines = settings.engines

    @operation("POST /entrance/submit", Scope.SUBMIT, loose=True)
    def submit(self, call: Call) -> Response:
        """Submit code."""
        return self._take(call.caller)

    @operation("POST /entrance/execute", Scope.SUBMIT, loose=True)
    def execute(self, call: Call) -> Response:
        """Submit code in the older form."""
        return self._take(call.caller)

    def _take(self, caller: Caller) -> Response:
        asked = _of(caller, intake.read(whole_body()))
        engine = self._engine_of(asked)
        job = self._submitted(_checked(_prepared(asked), engine), engine)
        task_id = int(job.external_id or 0) + FIRST
        short = ids.short_id(asked.creator, asked.execute_user, asked.engine, task_id)
        return words.answer({"execID": ids.exec_id(short), "taskID": task_id})

    def _engine_of(self, asked: Asked) -> Configured:
        engine = find_engine(self._engines, asked.engine, asked.version)
        if engine is None:
            raise words.fault(
                20009,
                f"Label params invalid engineType {asked.engine_label} is not configured here:"
                f" {', '.join(sorted(self._engines))} are",
            )
        return engine

    def _submitted(self, asked: Asked, engine: Configured) -> JobView:
        """Refusal, where it was taken down as failed."""
        try:
            job = self._store(asked, engine)
        except Full:
            asked = msgspec.structs.replace(asked, fault=_FULL)
            job = self._store(asked, engine)
        if asked.fault is not None:
            raise words.fault(asked.fault.code, asked.fault.text)
        return job

    def _store(self, asked: Asked, engine: Configured) -> JobView:
        submission = Submission(
            spec=translate.to_job_spec(asked, engine),
            door=DOOR,
            owner=asked.submit_user,
            numbered=True,
            document=asking.encode(asked).decode(),
        )
        try:
            made = self._engine.submit(submission)
        except Invalid as problem:
            raise words.fault(20009, f"Label params invalid {problem}") from None
        return made.view or self._engine.job(made.job_id)


def _of(caller: Caller, asked: Asked) -> Asked:
    """Only who administrates runs code for others; the wish of anybody else is overlooked."""
    wished = asked.execute_user if caller.may(Scope.ADMIN) else ""
    return msgspec.structs.replace(
        asked, submit_user=caller.name, execute_user=wished or caller.name
    )


def _prepared(asked: Asked) -> Asked:
    """With its variables replaced, or with what makes it fail."""
    if asked.label_user not in {"", asked.execute_user}:
        text = (
            f"SubmitUser : {asked.submit_user} must be the same as ExecuteUser :"
            f" {asked.execute_user} , and user : {asked.label_user} in userCreatorLabel."
        )
        return msgspec.structs.replace(asked, fault=Fault(code=50080, text=text))
    users = Users(execute=asked.execute_user, submit=asked.submit_user)
    now = datetime.now().astimezone()
    try:
        done = substitute(asked.code, asked.run_type, asked.variables, users, now)
    except Unsubstitutable as problem:
        text = f"Variable replacement failed!(变量替换失败！){problem}"
        return msgspec.structs.replace(asked, fault=Fault(code=20050, text=text))
    fault = _EMPTY if done.is_empty else None
    variables = dict(done.variables)
    return msgspec.structs.replace(asked, script=done.code, variables=variables, fault=fault)


def _checked(asked: Asked, engine: Configured) -> Asked:
    if asked.fault is None and engine.bans(asked.script):
        return msgspec.structs.replace(asked, fault=_BANNED)
    return asked
