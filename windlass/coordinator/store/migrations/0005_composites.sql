-- Tasks made of tasks, and jobs started by tasks.
ALTER TABLE task
    ADD COLUMN kind text NOT NULL DEFAULT '' CHECK (kind IN ('', 'parallel', 'each', 'subjob')),
    ADD COLUMN parent uuid,                    -- the composite it is a part of
    ADD COLUMN path integer[],                 -- places, from that of the job's own task down to it
    ADD COLUMN item integer,                   -- index of its element in the list of an each
    ADD COLUMN scope text,                     -- JSON: variables of the loops around it
    ADD COLUMN size integer NOT NULL DEFAULT 0,  -- children of this epoch
    ADD COLUMN done integer NOT NULL DEFAULT 0,  -- of them ended
    ADD COLUMN failing text,                   -- error of the first child that failed
    ADD COLUMN cut boolean NOT NULL DEFAULT false,  -- a child of it was cancelled
    ADD COLUMN stopped boolean NOT NULL DEFAULT false,  -- shall end early: a sibling failed
    ADD COLUMN stale boolean NOT NULL DEFAULT false;    -- its composite has been begun again

CREATE INDEX task_children ON task (parent, position) WHERE parent IS NOT NULL;
CREATE INDEX task_held ON task (parent, position)
    WHERE parent IS NOT NULL AND state = 'waiting' AND waiting_on > 0;                -- next of an each
CREATE INDEX task_stopped ON task (job_id) WHERE stopped AND ended_at IS NULL;         -- engine.halt

ALTER TABLE job
    ADD COLUMN nested boolean NOT NULL DEFAULT false,  -- has composites
    ADD COLUMN parent_task uuid,               -- that started it
    ADD COLUMN parent_job uuid,
    ADD COLUMN parent_epoch integer,
    ADD COLUMN attached boolean NOT NULL DEFAULT false;  -- its parent waits for it

CREATE UNIQUE INDEX job_parent ON job (parent_task, parent_epoch) WHERE parent_task IS NOT NULL;
CREATE INDEX job_attached ON job (id) WHERE attached;                                  -- engine.subjobs
