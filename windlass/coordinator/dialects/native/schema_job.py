"""What a document says of a whole job beside its tasks: who may see it, who is told, and when."""

from typing import Any, get_args

from marshmallow import ValidationError, validates_schema

from windlass.coordinator.engine import cron
from windlass.coordinator.engine.schedule_views import CatchUp, Overlap
from windlass.coordinator.web.fields import Choice, Scalar, Text
from windlass.coordinator.web.nested import Table
from windlass.coordinator.web.refusals import Said, Strict, refuse

_CRON = "minute hour day month weekday, a name such as @hourly, or @every 90s"
_LONGEST_CONDITION = 64 * 1024


class Cron(Text):
    """When something is due."""

    def parse(self, value: Any) -> str:
        text = super().parse(value)
        try:
            cron.parse(text)
        except ValueError as problem:
            raise refuse(str(problem), _CRON) from None
        return text


class Zone(Text):
    """Of the IANA database."""

    def parse(self, value: Any) -> str:
        text = super().parse(value)
        try:
            cron.parse("@hourly", text)
        except ValueError as problem:
            raise refuse(str(problem), "a name such as Europe/Berlin") from None
        return text


class PermissionDocument(Strict):
    """Whom the job is open to: a user or a role."""

    user = Text(least=1, most=128)
    role = Text(least=1, most=64)

    @validates_schema(skip_on_field_errors=False)
    def one_of_both(self, document: dict[str, Any], **_: Any) -> None:
        if ("user" in document) == ("role" in document):
            raise ValidationError([Said("names not one of user and role", "user or role")])


class WebhookDocument(Strict):
    url = Text(least=1, most=2048, required=True)
    event = Choice(["job.state", "job.progress", "task.state", "task.progress"])
    headers = Table(Scalar(), most=50)
    condition = Scalar(data_key="if", least=1, most=_LONGEST_CONDITION)


class ScheduleDocument(Strict):
    """When jobs are made of the rest of the document."""

    cron = Cron(least=1, most=cron.LONGEST, required=True)
    timezone = Zone(least=1, most=64)
    catch_up = Choice(list(get_args(CatchUp)))
    overlap = Choice(list(get_args(Overlap)))
