"""Documents of what was found, with all that belongs to it."""

from collections.abc import Sequence

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.http.creators import Creators
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.dialects.tork.show import jobs, tasks
from windlass.coordinator.dialects.tork.show.definitions import Definitions
from windlass.coordinator.dialects.tork.show.documents import Job, Task
from windlass.coordinator.dialects.tork.show.redaction import Cover
from windlass.coordinator.engine.outlook_views import Execution, Placed
from windlass.coordinator.engine.schedule_views import ScheduleView
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobView

_NOTHING = posted.Document()


def cover_of(job: JobView | ScheduleView, settings: Settings) -> Cover:
    """As the operator wants it."""
    secrets = tuple(job.spec.secrets.values())
    return Cover(secrets, off=not settings.redact, names=settings.redact_names)


def full_job(engine: Engine, placed: Placed, cover: Cover, creator: Creators) -> Job:
    document = document_of(engine, placed.job)
    found = engine.outlook.executions(placed.job.id)
    whole = jobs.Whole(
        placed=placed,
        document=document,
        execution=shown_tasks(document, found, cover),
        outputs=engine.outlook.outputs(placed.job.id),
        granted=creator.granted(document.permissions),
    )
    return jobs.full(whole, cover, creator)


def shown_tasks(
    document: posted.Document, found: Sequence[Execution], cover: Cover
) -> Sequence[Task]:
    definitions = Definitions(document)
    return [tasks.task(one, document, definitions.of(one.task), cover) for one in found]


def document_of(engine: Engine, job: JobView) -> posted.Document:
    text = engine.document(job.id)
    return posted.decode(text) if text else _NOTHING
