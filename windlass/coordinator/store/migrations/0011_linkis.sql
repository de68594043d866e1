-- Groups of jobs with limits, sessions of people who log in, and how far a task ever got.

-- Jobs of one group: so many attempts at once, the others in line. The row is what a dispatcher
-- locks, so that no two of them hand out the same room.
CREATE TABLE job_group (
    name text PRIMARY KEY,
    running integer NOT NULL,                  -- attempts at once
    waiting integer NOT NULL,                  -- attempts that may wait for that
    filled integer NOT NULL DEFAULT 0,         -- of them waited when the last job was submitted
    taken_by bigint NOT NULL DEFAULT 0,        -- the transaction that hands out its room
    CONSTRAINT job_group_full CHECK (filled <= waiting)
);

ALTER TABLE job ADD COLUMN group_name text;
ALTER TABLE job ADD COLUMN group_rank integer NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN group_name text;
ALTER TABLE attempt ADD COLUMN group_rank integer NOT NULL DEFAULT 0;  -- higher ones first

DROP INDEX attempt_due;
CREATE INDEX attempt_due ON attempt (priority DESC, run_after, id)
    WHERE state = 'pending' AND NOT held AND group_name IS NULL;      -- engine.dispatch
CREATE INDEX attempt_group_due ON attempt (group_name, group_rank DESC, run_after, id)
    WHERE state = 'pending' AND group_name IS NOT NULL;               -- likewise
CREATE INDEX attempt_group_out ON attempt (group_name)
    WHERE state IN ('scheduled', 'running') AND group_name IS NOT NULL;

-- Only digests of the secrets, as with tokens.
CREATE TABLE session (
    digest text PRIMARY KEY,
    door text NOT NULL,
    username text NOT NULL,
    proof text NOT NULL,                       -- what it was granted for, in the door's own words
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_used ON session (used_at);

ALTER TABLE task ADD COLUMN furthest real NOT NULL DEFAULT 0;  -- progress that never goes back

-- Jobs of one owner by numbered page, newest first.
CREATE INDEX job_linkis ON job (owner, id) WHERE door = 'linkis';
