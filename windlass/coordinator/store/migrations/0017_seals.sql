-- Specs may be sealed: what is asked of them here is kept beside them.
ALTER TABLE delivery ADD COLUMN event text NOT NULL DEFAULT 'job.state';
UPDATE delivery SET event = coalesce(job.spec::json -> 'webhooks' -> hook ->> 'event', 'job.state')
FROM job WHERE job.id = job_id;

-- It has secrets, or is a part of one that has.
ALTER TABLE job ADD COLUMN secretive boolean NOT NULL DEFAULT false;
UPDATE job SET secretive = true WHERE spec LIKE '%"secrets":%';

-- Keys by which something is sealed, by name: a coordinator without one of them does not start.
CREATE TABLE seal_key (
    name text PRIMARY KEY,
    used_at timestamptz NOT NULL DEFAULT now()
);
