-- Specs may be sealed: what is asked of them here is kept beside them.
ALTER TABLE delivery ADD COLUMN event text NOT NULL DEFAULT 'job.state';
UPDATE delivery SET event = coalesce(job.spec::json -> 'webhooks' -> hook ->> 'event', 'job.state')
FROM job WHERE job.id = job_id;

-- Keys by which something is sealed, by name: a coordinator without one of them does not start.
CREATE TABLE seal_key (
    name text PRIMARY KEY,
    used_at timestamptz NOT NULL DEFAULT now()
);
