"""Hundreds of thousands of jobs, made by one statement, of a shape that every list can show."""

from windlass.coordinator.store.db import Database

# Half a second apart, the last one now; ids as a coordinator would have made them.
_JOBS = """
INSERT INTO job (id, door, owner, name, description, state, tags, spec, total, queue, created_at)
SELECT
    (
        lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7000'
        || '8' || lpad(to_hex(i), 15, '0')
    )::uuid,
    coalesce(
        %(door)s::text,
        CASE WHEN i %% 50000 = 0 THEN 'ray' WHEN i %% 3 = 0 THEN 'tork' ELSE 'native' END
    ),
    CASE WHEN i %% 1000 = 0 THEN 'ann' ELSE 'bob' END,
    CASE WHEN i %% 2 = 0 THEN 'render-' ELSE 'nightly-etl-' END || i,
    CASE WHEN i %% 20000 = 7 THEN 'something special' ELSE '' END,
    CASE WHEN i > %(jobs)s - 100 THEN 'running' WHEN i %% 20 = 0 THEN 'failed'
        WHEN i %% 50 = 1 THEN 'cancelled' ELSE 'completed' END,
    ARRAY['team-' || i %% 10, 'batch-' || i / 100] || CASE WHEN i <= 500 THEN '{old}'::text[] END,
    '{"name": "a-job", "tasks": [], "inputs": {"date": "2026-01-01", "region": "north"}}',
    10,
    CASE WHEN i %% 100 = 3 THEN 'gpu' ELSE 'default' END,
    at
FROM (
    SELECT i, now() - make_interval(secs => (%(jobs)s - i) * 0.5) AS at
    FROM generate_series(1, %(jobs)s) AS i
) AS made
"""


def given_many_jobs(db: Database, jobs: int, door: str | None = None) -> None:
    """``door``: of all of them, rather than of several."""
    with db.transaction() as tx:
        tx.run(_JOBS, jobs=jobs, door=door)
    with db.transaction() as tx:
        tx.run("ANALYZE job")
