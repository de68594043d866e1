-- Files that jobs are given: their bytes once each, and who may ask for them under which name.
CREATE TABLE blob (
    digest text PRIMARY KEY,                   -- sha256 of its bytes, made here
    size bigint NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now() -- it was looked up or given to a job
);

CREATE TABLE blob_piece (
    digest text NOT NULL REFERENCES blob ON DELETE CASCADE,
    number integer NOT NULL,                   -- from 0; all but the last of one size
    data bytea NOT NULL,
    PRIMARY KEY (digest, number)
);
ALTER TABLE blob_piece ALTER COLUMN data SET STORAGE EXTERNAL; -- archives do not get smaller

-- Nobody finds what somebody else has uploaded, be it the same bytes.
CREATE TABLE package (
    door text NOT NULL,
    owner text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL REFERENCES blob,
    used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (door, owner, name)
);
CREATE INDEX package_digest ON package (digest);
CREATE INDEX package_used ON package (used_at);

CREATE TABLE job_blob (
    job_id uuid NOT NULL,
    digest text NOT NULL REFERENCES blob ON DELETE CASCADE,
    PRIMARY KEY (job_id, digest)
);
CREATE INDEX job_blob_digest ON job_blob (digest);
