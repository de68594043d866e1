-- What the Tork door searches: whole words with English stems, the state among them. Its indexes
-- hold that door's rows alone, so that no other door pays for them.

-- Cannot be inlined into something that depends on a setting: the configuration is named.
CREATE FUNCTION job_prose(name text, description text, state text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('english', description || ' ' || name || ' '
        || CASE state WHEN 'pending' THEN 'scheduled' ELSE state END)
$$;

CREATE INDEX job_tork ON job (id DESC) WHERE door = 'tork';
CREATE INDEX job_tork_prose ON job USING gin (tags, job_prose(name, description, state))
    WITH (gin_pending_list_limit = 256) WHERE door = 'tork';


-- How many jobs came through this door, as a sum of changes, like job_total and for the same reasons:
-- an exact total on every page must not cost a walk over all of them.
CREATE TABLE job_tork_total (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    jobs bigint NOT NULL
);

CREATE FUNCTION job_tork_total_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_tork_total (jobs)
    SELECT CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END FROM moved
    WHERE door = 'tork' HAVING count(*) > 0;
    IF FOUND AND random() < 0.02 THEN
        WITH folded AS (
            DELETE FROM job_tork_total WHERE id IN (
                SELECT id FROM job_tork_total ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
            )
            RETURNING jobs
        )
        INSERT INTO job_tork_total (jobs) SELECT sum(jobs) FROM folded HAVING sum(jobs) <> 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER job_tork_total_insert AFTER INSERT ON job REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION job_tork_total_note();
CREATE TRIGGER job_tork_total_delete AFTER DELETE ON job REFERENCING OLD TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION job_tork_total_note();
