-- Jobs, tasks, attempts and what connects them.
--
-- No foreign keys: every writer holds the job's row lock first (jobs in id order, then whatever
-- belongs to them), rows are inserted in batches of thousands, and a job is deleted whole.
-- Specs are msgspec JSON and nothing ever searches inside them, hence text.

CREATE TABLE job (
    id uuid PRIMARY KEY,
    door text NOT NULL,                        -- the dialect it came through
    external_id text,                          -- its id at that door, where that is not ours
    owner text NOT NULL DEFAULT '',            -- name of the token that submitted it
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    state text NOT NULL,
    reason text,                               -- shared.states.Reason, of a job that did not complete
    error text NOT NULL DEFAULT '',
    wanted text CHECK (wanted IN ('cancelled', 'timeout', 'task_failed')),  -- why it shall end early
    settling boolean NOT NULL DEFAULT false,   -- wanted, and not carried out in full yet
    epoch integer NOT NULL DEFAULT 1,          -- a restart opens the next one
    priority smallint NOT NULL DEFAULT 0,
    queue text NOT NULL DEFAULT 'default',
    tags text[] NOT NULL DEFAULT '{}',
    spec text NOT NULL,                        -- JobSpec without its tasks
    total integer NOT NULL,                    -- tasks
    ended integer NOT NULL DEFAULT 0,          -- of them in a final state
    failed integer NOT NULL DEFAULT 0,         -- of them failed and not allowed to
    output text,
    timeout double precision,                  -- seconds it may take once it has started
    deadline timestamptz,                      -- set when the job starts
    fail_fast boolean NOT NULL DEFAULT false,
    templated boolean NOT NULL DEFAULT false,  -- its output is an expression
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    words tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', translate(name || ' ' || description, '-_./', '    '))
    ) STORED
);

CREATE UNIQUE INDEX job_external ON job (door, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX job_state ON job (state, id);                          -- list by state
CREATE INDEX job_open ON job (id) WHERE ended_at IS NULL;           -- list of what is going on
CREATE INDEX job_tags ON job USING gin (tags);                      -- list by tag
CREATE INDEX job_words ON job USING gin (words);                    -- list by text
CREATE INDEX job_settling ON job (id) WHERE settling;               -- engine.cancel
CREATE INDEX job_deadline ON job (deadline) WHERE ended_at IS NULL AND deadline IS NOT NULL;

CREATE TABLE task (
    id uuid PRIMARY KEY,
    job_id uuid NOT NULL,
    position integer NOT NULL,                 -- in the spec, from 0
    key text NOT NULL,                         -- its name as written
    name text NOT NULL,                        -- its name as evaluated
    var text,                                  -- under which later expressions find its output
    state text NOT NULL,
    reason text,
    error text NOT NULL DEFAULT '',
    waiting_on integer NOT NULL,               -- tasks it needs that have not ended well yet
    templated boolean NOT NULL,                -- its spec holds expressions
    allow_failure boolean NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    spec text NOT NULL,                        -- TaskSpec as submitted
    attempts integer NOT NULL DEFAULT 0,       -- made in all epochs
    failures integer NOT NULL DEFAULT 0,       -- of this epoch, counted against retry.limit
    losses integer NOT NULL DEFAULT 0,         -- of this epoch, counted against the poison cap
    exit_code integer,
    output text,
    progress real NOT NULL DEFAULT 0,          -- 0 … 100
    message text NOT NULL DEFAULT '',          -- what its runtime is busy with
    started_at timestamptz,
    ended_at timestamptz,
    UNIQUE (job_id, position)
);

CREATE INDEX task_ready ON task (priority DESC, id) WHERE state = 'waiting' AND waiting_on = 0;  -- engine.activate
CREATE INDEX task_state ON task (job_id, state, position);          -- list by state
CREATE INDEX task_var ON task (job_id, var) WHERE var IS NOT NULL;  -- context of expressions

-- Positions, not ids: half the bytes, and both ends are of one job.
CREATE TABLE edge (
    job_id uuid NOT NULL,
    parent integer NOT NULL,
    child integer NOT NULL,
    PRIMARY KEY (job_id, parent, child)
);
CREATE INDEX edge_child ON edge (job_id, child);                    -- what a task waits for

CREATE TABLE attempt (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL,
    job_id uuid NOT NULL,
    number integer NOT NULL,                   -- of the task, from 1, over all epochs
    epoch integer NOT NULL,
    state text NOT NULL,
    reason text,
    error text NOT NULL DEFAULT '',
    exit_code integer,
    node text,
    queue text NOT NULL,
    priority smallint NOT NULL,
    message text NOT NULL,                     -- RunAttempt as the worker gets it
    run_after timestamptz NOT NULL DEFAULT now(),
    published integer NOT NULL DEFAULT 0,      -- how often it was handed to the broker
    published_at timestamptz,
    timeout double precision,                  -- seconds it may take once it has started
    deadline timestamptz,                      -- set when it starts, where it has a timeout
    cancelling boolean NOT NULL DEFAULT false, -- a verdict was given and has not been obeyed yet
    settled boolean NOT NULL DEFAULT false,    -- final, its log complete, its node told so
    log_bytes bigint,                          -- known when it ended
    log_lines bigint,
    log_sha256 text,
    resend_at timestamptz,                     -- when its node was last asked for its log again
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    UNIQUE (task_id, number)
);

CREATE INDEX attempt_due ON attempt (priority DESC, run_after, id) WHERE state = 'pending';  -- engine.dispatch
CREATE INDEX attempt_out ON attempt (state, id) WHERE state IN ('scheduled', 'running');     -- engine.reap
CREATE INDEX attempt_open ON attempt (job_id) WHERE state IN ('pending', 'scheduled', 'running');
CREATE INDEX attempt_queue ON attempt (queue, state) WHERE state IN ('pending', 'scheduled', 'running');
CREATE INDEX attempt_unsettled ON attempt (id) WHERE NOT settled AND ended_at IS NOT NULL;   -- engine.settle
CREATE INDEX attempt_job ON attempt (job_id, id);

-- One row for every move, written by the statement that makes it, and by engine.restart.
CREATE TABLE history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id uuid NOT NULL,
    entity text NOT NULL,                      -- job, task or attempt
    entity_id uuid NOT NULL,
    was text,                                  -- null: it came to be
    became text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX history_job ON history (job_id, id);

CREATE TABLE document (
    job_id uuid PRIMARY KEY,
    content text NOT NULL                      -- as its door received it
);

CREATE TABLE idempotency (
    door text NOT NULL,
    owner text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,                 -- of the request it came with
    job_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (door, owner, key)
);
CREATE INDEX idempotency_job ON idempotency (job_id);
