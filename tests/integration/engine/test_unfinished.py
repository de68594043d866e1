"""What a spec can say and nothing carries out is refused, not passed over."""

import pytest

from tests.support.builders import a_submission, a_task
from tests.support.fakes import FakeSignals
from windlass.coordinator.engine.errors import Invalid
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database
from windlass.shared.spec import JobSpec, Permission

pytestmark = pytest.mark.postgres

INNER = a_task("inner")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (JobSpec(name="j", tasks=(INNER,), permissions=(Permission(user="me"),)), "permissions"),
    ],
)
def test_it_is_named_and_nothing_is_stored(db: Database, spec: JobSpec, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        submit(db, FakeSignals(), a_submission(spec, door="tork", checked=True))

    assert [problem.message for problem in refused.value.problems] == [
        f"{field} cannot be carried out yet"
    ]
    with db.transaction() as tx:
        assert tx.all("SELECT id FROM job") == []
