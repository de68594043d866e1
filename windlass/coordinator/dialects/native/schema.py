"""The native job format: what may be in a document, and nothing else.

Shapes and ranges, so that they are in the OpenAPI document; ``graph`` checks names across tasks,
and the engine whatever holds for the jobs of every door.
"""

from typing import Any

from marshmallow import ValidationError, validates_schema

from windlass.coordinator.dialects.native.errand_schema import ErrandDocument, ProbeDocument
from windlass.coordinator.dialects.native.schema_job import (
    PermissionDocument,
    ScheduleDocument,
    WebhookDocument,
)
from windlass.coordinator.web.fields import Choice, Flag, QueueName, Scalar, Text, shown
from windlass.coordinator.web.nested import ListOf, Part, Table
from windlass.coordinator.web.quantities import Duration, Real, Size, Whole
from windlass.coordinator.web.refusals import Said, Strict, refuse

MOST_TASKS = 100_000
_NAME = 256
_IMAGE = 1024
_TAG = 128
_TEMPLATE = 64 * 1024
_MEBIBYTE = 1 << 20
_IDENTIFIER = "a letter or '_', then letters, digits and '_'"
_LONGEST_GRACE = 3600


class QueueOrTemplate(QueueName):
    """A queue's name, or a template that makes one."""

    def parse(self, value: Any) -> str:
        if isinstance(value, str) and "{{" in value:
            return Text(most=_TEMPLATE).parse(value)
        return super().parse(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": _TEMPLATE}


class Gpus(Scalar):
    """``all`` or a count."""

    def parse(self, value: Any) -> str:
        text = super().parse(value)
        if text != "all" and not (text.isascii() and text.isdigit() and int(text[:4]) > 0):
            raise refuse(f"must not be {shown(text)}", "all, or a number from 1")
        return text


class Names(ListOf):
    """Of tasks."""

    def __init__(self) -> None:
        super().__init__(Text(least=1, most=_NAME), most=MOST_TASKS)


_COMPOSITES = ("parallel", "each", "subjob")
_PLAIN = ("run", "cmd", "image")
_ONE_KIND = "one of parallel, each and subjob, or what a container runs"


class Values(ListOf):
    """Of one dimension of a matrix."""

    def __init__(self) -> None:
        super().__init__(Scalar(least=1, most=64), least=1, most=10_000)


class Matrix(Table):
    """Names expressions can use, and the values of each."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Values(), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> dict[str, Any]:
        found = super()._deserialize(value, attr, data)
        wrong = {
            name: [Said(f"{shown(name)} cannot be used in expressions", _IDENTIFIER)]
            for name in found
            if not (name.isascii() and name.isidentifier())
        }
        if wrong:
            raise ValidationError(wrong)
        return found


class RetryDocument(Strict):
    limit = Whole(0, 100)
    initial_delay = Duration()
    scaling_factor = Real(1, 100)
    max_delay = Duration()
    jitter = Real(0, 1)


class LimitsDocument(Strict):
    cpus = Real(0.01, 4096)
    memory = Size(least=6 * _MEBIBYTE)


class MountDocument(Strict):
    type = Choice(["volume", "bind", "tmpfs"], required=True)
    target = Text(least=1, most=4096, required=True)
    source = Text(least=1, most=4096)
    read_only = Flag()
    size = Size(least=1)
    scratch = Flag()


class RegistryDocument(Strict):
    username = Text(least=1, most=_NAME, required=True)
    password = Text(least=1, most=4096, required=True)


class SharedDocument(Strict):
    """What a task may say, and ``defaults`` for all of them."""

    image = Text(least=1, most=_IMAGE)
    entrypoint = ListOf(Scalar())
    env = Table(Scalar())
    workdir = Text(least=1, most=4096)
    queue = QueueOrTemplate()
    priority = Whole(0, 9)
    timeout = Duration(least=0.001)
    grace = Duration(most=_LONGEST_GRACE)
    retry = Part(RetryDocument)
    allow_failure = Flag()
    limits = Part(LimitsDocument)
    requests = Part(LimitsDocument)
    gpus = Gpus(least=1, most=4)
    shm = Size(least=1)
    mounts = ListOf(Part(MountDocument), most=100)
    networks = ListOf(Text(least=1, most=_NAME), most=20)
    user = Scalar(least=1, most=_NAME)
    pull = Choice(["always", "if-missing", "never"])
    registry = Part(RegistryDocument)
    tags = ListOf(Text(least=1, most=_TAG), most=100)


class DefaultsDocument(SharedDocument):
    pass


class ProgramDocument(Strict):
    """What runs in a container of its own."""

    run = Text(least=1)
    cmd = ListOf(Scalar(), least=1)
    files = Table(Text(), most=100)

    @validates_schema(skip_on_field_errors=False)
    def one_program(self, document: dict[str, Any], **_: Any) -> None:
        if "run" in document and "cmd" in document:
            raise ValidationError({"cmd": [Said("does not go with run", "run or cmd")]})


class StepDocument(ProgramDocument):
    """Before or after the task, in its mounts, networks and limits."""

    name = Text(least=1, most=_NAME, required=True)
    image = Text(least=1, most=_IMAGE)
    entrypoint = ListOf(Scalar())
    env = Table(Scalar())
    workdir = Text(least=1, most=4096)
    timeout = Duration(least=0.001)
    grace = Duration(most=_LONGEST_GRACE)
    user = Scalar(least=1, most=_NAME)
    pull = Choice(["always", "if-missing", "never"])
    registry = Part(RegistryDocument)


class SidecarDocument(ProgramDocument):
    """Beside the task, in a network they share."""

    name = Text(least=1, most=_NAME, required=True)
    image = Text(least=1, most=_IMAGE)
    entrypoint = ListOf(Scalar())
    env = Table(Scalar())
    workdir = Text(least=1, most=4096)
    limits = Part(LimitsDocument)
    user = Scalar(least=1, most=_NAME)
    pull = Choice(["always", "if-missing", "never"])
    registry = Part(RegistryDocument)
    probe = Part(ProbeDocument)


class ChildDocument(SharedDocument, ProgramDocument):
    """A task wherever it stands: what it needs is said of tasks of the job itself only."""

    name = Text(least=1, most=_NAME, required=True)
    pre = ListOf(Part(StepDocument), most=100)
    post = ListOf(Part(StepDocument), most=100)
    sidecars = ListOf(Part(SidecarDocument), most=100)
    together = Flag()
    errand = Part(ErrandDocument)
    condition = Scalar(data_key="if", least=1, most=_TEMPLATE)
    var = Text(least=1, most=_NAME)
    parallel = Part(lambda: ParallelDocument())  # noqa: PLW0108 - defined below
    each = Part(lambda: EachDocument())  # noqa: PLW0108 - defined below
    subjob = Part(lambda: SubjobDocument())  # noqa: PLW0108 - defined below

    @validates_schema(skip_on_field_errors=False)
    def one_kind(self, document: dict[str, Any], **_: Any) -> None:
        composite = next((name for name in _COMPOSITES if name in document), None)
        others = [name for name in (*_COMPOSITES, *_PLAIN) if name in document]
        wrong = [name for name in others if composite and name != composite]
        if wrong:
            said = Said(f"does not go with {composite}", _ONE_KIND)
            raise ValidationError({name: [said] for name in wrong})


class TaskDocument(ChildDocument):
    needs = Names()
    matrix = Matrix(most=20)
    generator = Flag()


class ParallelDocument(Strict):
    concurrency = Whole(0, MOST_TASKS)
    tasks = ListOf(Part(ChildDocument), least=1, most=MOST_TASKS, required=True)


class EachDocument(Strict):
    list = Text(least=1, most=_TEMPLATE, required=True)
    var = Text(least=1, most=_NAME)
    concurrency = Whole(0, MOST_TASKS)
    task = Part(ChildDocument, required=True)


class JobDocument(Strict):
    name = Text(least=1, most=_NAME, required=True)
    description = Text(most=10_000)
    inputs = Table(Scalar())
    tags = ListOf(Text(least=1, most=_TAG), most=100)
    metadata = Table(Scalar())
    secrets = Table(Scalar(), most=100)
    permissions = ListOf(Part(PermissionDocument), most=100)
    queue = QueueName()
    priority = Whole(0, 9)
    timeout = Duration(least=0.001)
    fail_fast = Flag()
    output = Text(least=1, most=_TEMPLATE)
    webhooks = ListOf(Part(WebhookDocument), most=20)
    delete_after = Duration(least=0.001)
    defaults = Part(DefaultsDocument)
    tasks = ListOf(Part(TaskDocument), least=1, most=MOST_TASKS, required=True)


class ScheduledDocument(JobDocument):
    schedule = Part(ScheduleDocument, required=True)


class SubjobDocument(JobDocument):
    """A job in the place of a task; open to whom the job around it is."""

    class Meta:
        exclude = ("permissions",)

    detached = Flag()
