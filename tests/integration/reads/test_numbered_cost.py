"""No numbered page reads much of a big table, whatever is searched for, and whoever may see it."""

from collections.abc import Iterator

import pytest

from tests.integration.reads.test_job_list_cost import MOST_BUFFERS, explaining
from tests.support.many_jobs import given_many_jobs
from tests.support.postgres import a_database, admin
from windlass.coordinator.store import audiences, numbered
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.numbered import Prose, Span

pytestmark = pytest.mark.postgres

JOBS = 50_000
ONE_OF = 50  # audiences; as many jobs are open to everybody

_SPREAD = """
UPDATE job SET audience = CASE WHEN counted.number %% 2 = 0 THEN 0
    ELSE %(first)s + counted.number %% %(audiences)s END
FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM job) AS counted
WHERE counted.id = job.id
"""


@pytest.fixture(scope="module")
def many(postgres_server: str, template: str) -> Iterator[Database]:
    with a_database(postgres_server, template) as url:
        db = Database(url, pool_size=2)
        given_many_jobs(db, JOBS, "tork")
        with db.transaction() as tx:
            ids = [audiences.of(tx, [f"role:{number}"]) for number in range(ONE_OF)]
            tx.run(_SPREAD, first=ids[0], audiences=ONE_OF)
        admin(url, "VACUUM (FULL, ANALYZE) job")
        yield db
        db.close()


SEEN = [None, (0,), (0, 2, 8, 24), (0, 1, 1000)]  # jobs have even ones only
PAGES = {
    "everything": Prose(),
    "a rare word": Prose(words="special"),
    "a word nobody used": Prose(words="nothing"),
    "a common word": Prose(words="render"),
    "two words": Prose(words="render special"),
    "a common tag": Prose(tags=("team-3",)),
    "a rare tag": Prose(tags=("batch-77",)),
    "a rare tag or a common one": Prose(tags=("batch-77", "team-3")),
}


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("prose", PAGES.values(), ids=PAGES.keys())
def test_a_page_reads_little(many: Database, prose: Prose, seen: tuple[int, ...] | None) -> None:
    wanted = Prose(tags=prose.tags, words=prose.words, audiences=seen)
    with many.transaction() as tx:
        total = numbered.count(tx, wanted)
    with explaining(many) as tx:
        rows = numbered.page(tx, wanted, Span(10, 0, total))

    assert len(rows) == min(total, 10)
    # Of few that match, and are seen, all that match may be looked at.
    assert sum(tx.buffers) < 4 * MOST_BUFFERS


@pytest.mark.parametrize("seen", SEEN)
def test_the_total_of_all_is_a_sum(many: Database, seen: tuple[int, ...] | None) -> None:
    with explaining(many) as tx:
        total = numbered.count(tx, Prose(audiences=seen))

    each = JOBS // ONE_OF  # of the half of the audiences that have any
    assert sum(tx.buffers) < MOST_BUFFERS
    some = JOBS // 2 + (3 * each if seen == (0, 2, 8, 24) else 0)
    assert total == (JOBS if seen is None else some)
