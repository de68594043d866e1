-- Users, their roles, and who may see which job.

CREATE TABLE users (                           -- "user" is a word of SQL's own
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username text NOT NULL UNIQUE,
    name text NOT NULL DEFAULT '',             -- as a person is called
    password text NOT NULL,                    -- bcrypt, salt and cost included
    scope text NOT NULL CHECK (scope IN ('read', 'submit', 'admin')),
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Whoever nobody knows; no password fits them.
INSERT INTO users (id, username, name, password, scope, disabled, created_at) VALUES (
    '8a1c6d0e-5b7f-4c3a-9e2d-4f6b8c0a1e37', 'guest', 'Guest', '', 'read', true,
    '2025-01-01T00:00:00Z'
);

CREATE TABLE role (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO role (slug, name) VALUES ('public', 'Public');

CREATE TABLE user_role (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role_id uuid NOT NULL REFERENCES role ON DELETE CASCADE,
    PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_role_role ON user_role (role_id);

-- A token may act for a user; it goes with them.
ALTER TABLE token ADD COLUMN user_id uuid REFERENCES users ON DELETE CASCADE;
CREATE INDEX token_user ON token (user_id) WHERE user_id IS NOT NULL;

-- Every set of users and roles that some job is open to, once. Members are 'user:<id>' and
-- 'role:<id>', sorted; they stay when one is deleted, so that no job opens up by that.
CREATE TABLE audience (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    members text[] NOT NULL UNIQUE
);
CREATE INDEX audience_members ON audience USING gin (members);

ALTER TABLE job ADD COLUMN audience bigint NOT NULL DEFAULT 0;  -- 0: everybody
ALTER TABLE schedule ADD COLUMN audience bigint NOT NULL DEFAULT 0;  -- of its jobs as well
CREATE INDEX job_audience ON job (audience, id);                -- the newest of each audience
CREATE INDEX job_tork_audience ON job (audience, id) WHERE door = 'tork';

-- How many jobs have an audience, as a sum of changes, like job_total and for the same reasons.
CREATE TABLE job_audience_total (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audience bigint NOT NULL,
    door text NOT NULL,
    state text NOT NULL,
    jobs bigint NOT NULL
);
CREATE INDEX job_audience_total_of ON job_audience_total (audience);

CREATE FUNCTION job_audience_total_fold(folding bigint) RETURNS void LANGUAGE sql AS $$
    WITH folded AS (
        DELETE FROM job_audience_total WHERE id IN (
            SELECT id FROM job_audience_total WHERE audience = folding
            ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
        )
        RETURNING audience, door, state, jobs
    )
    INSERT INTO job_audience_total (audience, door, state, jobs)
    SELECT audience, door, state, sum(jobs) FROM folded
    GROUP BY audience, door, state HAVING sum(jobs) <> 0
$$;

CREATE FUNCTION job_audience_total_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO job_audience_total (audience, door, state, jobs)
        SELECT audience, door, state, count(*) FROM fresh WHERE audience <> 0
        GROUP BY audience, door, state;
        IF FOUND AND random() < 0.02 THEN
            PERFORM job_audience_total_fold(audience) FROM (
                SELECT DISTINCT audience FROM fresh WHERE audience <> 0 LIMIT 10
            ) AS touched;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO job_audience_total (audience, door, state, jobs)
        SELECT audience, door, state, -count(*) FROM stale WHERE audience <> 0
        GROUP BY audience, door, state;
    ELSE
        INSERT INTO job_audience_total (audience, door, state, jobs)
        SELECT audience, door, state, sum(jobs) FROM (
            SELECT audience, door, state, 1 AS jobs FROM fresh WHERE audience <> 0
            UNION ALL SELECT audience, door, state, -1 FROM stale WHERE audience <> 0
        ) AS change GROUP BY audience, door, state HAVING sum(jobs) <> 0;
        IF FOUND AND random() < 0.02 THEN
            PERFORM job_audience_total_fold(audience) FROM (
                SELECT DISTINCT audience FROM fresh WHERE audience <> 0 LIMIT 10
            ) AS touched;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER job_audience_total_insert AFTER INSERT ON job REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION job_audience_total_note();
CREATE TRIGGER job_audience_total_update AFTER UPDATE ON job
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION job_audience_total_note();
CREATE TRIGGER job_audience_total_delete AFTER DELETE ON job REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION job_audience_total_note();
