-- Ids that count from 0, jobs that pause, tasks that make tasks, requests for resources.

-- What number the next job of a door gets, at doors whose ids are numbers.
CREATE TABLE door_number (
    door text PRIMARY KEY,
    next bigint NOT NULL
);

ALTER TABLE job ADD COLUMN paused boolean NOT NULL DEFAULT false;  -- nothing of it starts
CREATE INDEX job_paused ON job (id) WHERE paused AND ended_at IS NULL;  -- engine.pause

ALTER TABLE attempt ADD COLUMN held boolean NOT NULL DEFAULT false;  -- its job is paused
DROP INDEX attempt_due;
CREATE INDEX attempt_due ON attempt (priority DESC, run_after, id)
    WHERE state = 'pending' AND NOT held;                            -- engine.dispatch

CREATE INDEX task_key ON task (job_id, key);                         -- find a task by its name

-- A generator's output describes tasks that are added to its job.
ALTER TABLE task ADD COLUMN generator boolean NOT NULL DEFAULT false;
ALTER TABLE task ADD COLUMN generating boolean NOT NULL DEFAULT false;  -- ran; its output is not read yet
ALTER TABLE task ADD COLUMN generated_by uuid;                          -- the task that made it
CREATE INDEX task_generating ON task (id) WHERE generating;             -- engine.generate
CREATE INDEX task_generated ON task (generated_by) WHERE generated_by IS NOT NULL;

-- What an attempt asks of its node, and the node chosen for it; null: it asks for nothing.
ALTER TABLE attempt ADD COLUMN cpus double precision;
ALTER TABLE attempt ADD COLUMN memory bigint;
ALTER TABLE attempt ADD COLUMN placed text;
CREATE INDEX attempt_placed ON attempt (placed)
    WHERE placed IS NOT NULL AND state IN ('scheduled', 'running');  -- engine.placement
