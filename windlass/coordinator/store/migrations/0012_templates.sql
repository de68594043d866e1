-- Job templates: stored, versioned specs that jobs are made from. What a door calls its own things
-- (a document, a second name for them) is kept with each and read by nobody else.
CREATE TABLE job_template (
    id uuid PRIMARY KEY,
    door text NOT NULL,
    name text NOT NULL,
    address text,                              -- a second name, unique at the door
    version integer NOT NULL,                  -- the newest
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,                    -- with its jobs kept: saved again, it goes on
    settling boolean NOT NULL DEFAULT false,   -- its deletion is not carried out yet
    forgetting boolean NOT NULL DEFAULT false  -- it goes with its jobs, once they are over
);
CREATE UNIQUE INDEX job_template_name ON job_template (door, name) WHERE NOT forgetting;
CREATE INDEX job_template_settling ON job_template (id) WHERE settling;  -- engine.templates
CREATE UNIQUE INDEX job_template_address ON job_template (door, address)
    WHERE address IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE job_template_version (
    template_id uuid NOT NULL REFERENCES job_template ON DELETE CASCADE,
    version integer NOT NULL,                  -- from 1
    owner text NOT NULL,
    spec text NOT NULL,
    document text NOT NULL,                    -- as its door received or made it
    digest text NOT NULL,                      -- the same: nothing has changed
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (template_id, version)
);

-- Files that jobs made of it are given.
CREATE TABLE job_template_blob (
    template_id uuid NOT NULL REFERENCES job_template ON DELETE CASCADE,
    digest text NOT NULL REFERENCES blob,
    PRIMARY KEY (template_id, digest)
);
CREATE INDEX job_template_blob_digest ON job_template_blob (digest);

-- Of which template a job was made. A job cannot be made of one that is deleted: see store.jobs.
ALTER TABLE job ADD COLUMN template_id uuid;
ALTER TABLE job ADD COLUMN template_version integer;
ALTER TABLE job ADD CONSTRAINT job_template_there
    CHECK (template_version IS NULL OR template_id IS NOT NULL);
CREATE INDEX job_template_newest ON job (template_id, id) WHERE template_id IS NOT NULL;
CREATE INDEX job_template_open ON job (template_id, id)
    WHERE template_id IS NOT NULL AND ended_at IS NULL;

ALTER TABLE job ADD COLUMN until timestamptz;     -- when it has to have ended, counted from submit
ALTER TABLE job ADD COLUMN wanted_at timestamptz; -- since when an early end of it is wanted
