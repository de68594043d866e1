"""Parts of logs as Tork shows them."""

from windlass.coordinator.dialects.tork.show import documents
from windlass.coordinator.dialects.tork.show.ids import part_id
from windlass.coordinator.dialects.tork.show.moments import moment
from windlass.coordinator.engine.outlook_views import LogPart


def part(part: LogPart) -> documents.LogPart:
    return documents.LogPart(
        id=part_id(part.attempt_id, part.number),
        number=part.number,
        task_id=part.attempt_id.hex,
        contents=part.text,
        created_at=moment(part.stored_at),
    )
