-- What starts jobs by the clock, what tells others about them, and what makes them go again.

CREATE TABLE schedule (
    id uuid PRIMARY KEY,
    door text NOT NULL,
    owner text NOT NULL DEFAULT '',
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    cron text NOT NULL,                        -- as it was written
    timezone text NOT NULL DEFAULT '',         -- of its fields; a prefix of cron wins
    catch_up text NOT NULL CHECK (catch_up IN ('none', 'one', 'all')),
    overlap text NOT NULL CHECK (overlap IN ('allow', 'skip')),
    paused boolean NOT NULL DEFAULT false,
    doomed boolean NOT NULL DEFAULT false,     -- deleted; its jobs have yet to go
    spec text NOT NULL,                        -- JobSpec of every job it makes
    document text,                             -- as its door received it
    next_at timestamptz NOT NULL,              -- only moved on by who found it unchanged
    last_at timestamptz,                       -- when it made a job for the last time
    last_job uuid,
    error text NOT NULL DEFAULT '',            -- why the last time made no job
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX schedule_due ON schedule (next_at) WHERE NOT paused AND NOT doomed;
CREATE INDEX schedule_doomed ON schedule (id) WHERE doomed;

-- Every time for which a job was made: never twice, whoever counts.
CREATE TABLE schedule_fire (
    schedule_id uuid NOT NULL,
    at timestamptz NOT NULL,
    job_id uuid NOT NULL,
    PRIMARY KEY (schedule_id, at)
);

ALTER TABLE job ADD COLUMN schedule_id uuid;   -- the schedule that made it
ALTER TABLE job ADD COLUMN delete_after double precision;  -- seconds from when it has completed
CREATE INDEX job_schedule ON job (schedule_id, id) WHERE schedule_id IS NOT NULL;
CREATE INDEX job_expiring ON job (ended_at) WHERE delete_after IS NOT NULL AND state = 'completed';
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;  -- engine.retention

-- How far each webhook of a job has been told its history, which is written with every move and is
-- all the outbox there needs to be. Whoever writes a job's history in order holds the job's lock.
CREATE TABLE delivery (
    job_id uuid NOT NULL,
    hook integer NOT NULL,                     -- its place in the spec
    after bigint NOT NULL DEFAULT 0,           -- move it was told last
    stage smallint NOT NULL DEFAULT 0,         -- things it was told of the move that follows
    tries integer NOT NULL DEFAULT 0,          -- at the next of them
    due_at timestamptz DEFAULT now(),          -- null: there will be nothing more to tell
    PRIMARY KEY (job_id, hook)
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
