"""What we answer, for the OpenAPI document. Presenters build it; the conformance tests compare."""

from typing import Any

from marshmallow import Schema, fields

from windlass.shared.states import AttemptState, JobState, Reason, TaskState


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _count(**options: Any) -> fields.Integer:
    return fields.Integer(required=True, **options)


def _id(**options: Any) -> fields.UUID:
    return fields.UUID(required=True, **options)


def _moment(**options: Any) -> fields.DateTime:
    return fields.DateTime(required=True, **options)


def _choice(among: Any, **options: Any) -> fields.String:
    return fields.String(required=True, metadata={"enum": [*map(str, among)]}, **options)


def _perhaps(among: Any) -> fields.String:
    return fields.String(
        required=True, allow_none=True, metadata={"enum": [*map(str, among), None]}
    )


def _texts() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


def _table() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), required=True)


def _part(schema: type[Schema], **options: Any) -> fields.Nested:
    return fields.Nested(schema, required=True, **options)


def _page(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


class Flaw(Schema):
    field = _text()
    message = _text()
    allowed = fields.String()
    line = fields.Integer()
    column = fields.Integer()


class ErrorBody(Schema):
    code = _text()
    message = _text()
    errors = fields.List(fields.Nested(Flaw))


class Error(Schema):
    error = _part(ErrorBody)


class Why(Schema):
    task_id = _id()
    task = _text()
    reason = _perhaps(Reason)
    error = _text()
    exit_code = _count(allow_none=True)
    attempt_id = _id(allow_none=True)
    last_lines = _texts()


class Permission(Schema):
    user = fields.String()
    role = fields.String()


class Job(Schema):
    id = _id()
    door = _text()
    external_id = _text(allow_none=True)
    owner = _text()
    name = _text()
    description = _text()
    state = _choice(JobState)
    reason = _perhaps(Reason)
    error = _text()
    cancelling = fields.Boolean(required=True)
    paused = fields.Boolean(required=True)
    epoch = _count()
    priority = _count()
    queue = _text()
    tags = _texts()
    metadata = _table()
    inputs = _table()
    secrets = _texts()
    permissions = _page(Permission)
    total = _count()
    ended = _count()
    failed = _count()
    progress = fields.Float(required=True)
    output = _text(allow_none=True)
    created_at = _moment()
    started_at = _moment(allow_none=True)
    ended_at = _moment(allow_none=True)
    schedule_id = _text(allow_none=True)
    why = _part(Why, allow_none=True)
    parent_task = _id(allow_none=True)


class Schedule(Schema):
    id = _id()
    door = _text()
    owner = _text()
    name = _text()
    description = _text()
    tags = _texts()
    cron = _text()
    timezone = _text()
    catch_up = _text()
    overlap = _text()
    state = _text()
    created_at = _moment()
    next_at = _moment(allow_none=True)
    last_at = _moment(allow_none=True)
    last_job = _text(allow_none=True)
    error = _text()
    job = fields.Dict(keys=fields.String(), required=True)


class SchedulePage(Schema):
    items = _page(Schedule)
    count = _count()


class Paged(Schema):
    next = _text(allow_none=True)
    prev = _text(allow_none=True)


class JobPage(Paged):
    items = _page(Job)
    count = fields.Integer()
    more = fields.Boolean()


class Totals(Schema):
    by_state = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Verdict(Schema):
    valid = fields.Boolean(required=True)
    errors = _page(Flaw)
    job = fields.Dict(required=True, allow_none=True)


class Task(Schema):
    id = _id()
    job_id = _id()
    position = _count()
    key = _text()
    name = _text()
    var = _text(allow_none=True)
    state = _choice(TaskState)
    reason = _perhaps(Reason)
    error = _text()
    needs = _texts()
    waiting_on = _count()
    waiting_for = _texts()
    allow_failure = fields.Boolean(required=True)
    queue = _text()
    priority = _count()
    attempts = _count()
    exit_code = _count(allow_none=True)
    output = _text(allow_none=True)
    progress = fields.Float(required=True)
    message = _text()
    started_at = _moment(allow_none=True)
    ended_at = _moment(allow_none=True)
    attempt_id = _id(allow_none=True)
    node = _text(allow_none=True)
    kind = _choice(["", "parallel", "each", "subjob"])
    parent = _id(allow_none=True)
    size = _count()
    done = _count()
    item_index = _count(allow_none=True)
    subjob_id = _id(allow_none=True)
    condition = _text(data_key="if", allow_none=True)
    tags = _texts()
    image = _text(allow_none=True)
    run = _text(allow_none=True)
    cmd = _texts()
    env = _table()


class TaskPage(Paged):
    items = _page(Task)


class Attempt(Schema):
    id = _id()
    task_id = _id()
    job_id = _id()
    number = _count()
    epoch = _count()
    state = _choice(AttemptState)
    reason = _perhaps(Reason)
    error = _text()
    exit_code = _count(allow_none=True)
    node = _text(allow_none=True)
    queue = _text()
    run_after = _moment()
    published_at = _moment(allow_none=True)
    log_bytes = _count(allow_none=True)
    log_lines = _count(allow_none=True)
    log_sha256 = _text(allow_none=True)
    created_at = _moment()
    started_at = _moment(allow_none=True)
    ended_at = _moment(allow_none=True)


class Attempts(Schema):
    items = _page(Attempt)


class HistoryRow(Schema):
    id = _count()
    entity = _text()
    entity_id = _id()
    was = _text(allow_none=True)
    became = _text()
    reason = _text()
    at = _moment()


class History(Schema):
    items = _page(HistoryRow)
    next = _count(allow_none=True)


class Node(Schema):
    name = _text()
    hostname = _text()
    runtime = _text()
    version = _text()
    queues = _texts()
    slots = _count()
    running = _count()
    attempts = fields.List(fields.UUID(), required=True)
    cpus = fields.Float(required=True)
    memory = _count()
    disk_free = _count()
    state = _choice(["active", "draining", "drained", "left", "silent"])
    joined_at = _moment()
    seen_at = _moment()


class Nodes(Schema):
    items = _page(Node)


class Queue(Schema):
    name = _text()
    pending = _count()
    scheduled = _count()
    running = _count()
    oldest_at = _moment(allow_none=True)
    nodes = _count()


class Queues(Schema):
    items = _page(Queue)


class System(Schema):
    version = _text()
    parts = _table()
    jobs = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    streams = _count()
