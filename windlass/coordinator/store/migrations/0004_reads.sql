-- What makes lists, totals and logs quick to read.

-- The words somebody typed, as a query: each one the beginning of a word. The text is split exactly
-- as job.words is; null where it holds no word.
CREATE FUNCTION job_query(typed text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(
        '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''':*', ' & '
    )::tsquery
    FROM unnest(tsvector_to_array(to_tsvector('simple', translate(typed, '-_./', '    ')))) AS word
$$;

CREATE FUNCTION job_facets(state text, queue text, door text, owner text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY['state:' || state, 'queue:' || queue, 'door:' || door, 'owner:' || owner]
$$;

-- One index for any combination of filters: it intersects before it looks at a single row. The
-- short pending list bounds what every search has to read in front.
DROP INDEX job_tags;
DROP INDEX job_words;
CREATE INDEX job_facets ON job USING gin (tags, words, job_facets(state, queue, door, owner))
    WITH (gin_pending_list_limit = 256);

-- How far each log is stored without a gap. Whoever adds to a log holds its row, so that the chunks
-- of a log never overlap, whatever was sent twice or in another order.
CREATE TABLE log (
    attempt_id uuid PRIMARY KEY,
    bytes bigint NOT NULL DEFAULT 0,
    lines bigint NOT NULL DEFAULT 0,           -- newlines in them
    torn boolean NOT NULL DEFAULT false        -- given up: bytes are missing in between
);
CREATE INDEX log_chunk_line ON log_chunk (attempt_id, first_line, first_byte);  -- find a line

CREATE INDEX attempt_running ON attempt (job_id, id) WHERE state = 'running';  -- follow a job

-- How many jobs are in each state, as a sum of changes. Only ever inserted into beside the change
-- itself, so writers never wait for each other here, and the sum cannot drift.
CREATE TABLE job_total (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state text NOT NULL,
    jobs bigint NOT NULL
);
INSERT INTO job_total (state, jobs) SELECT state, count(*) FROM job GROUP BY state;

CREATE FUNCTION job_total_fold() RETURNS void LANGUAGE sql AS $$
    WITH folded AS (
        DELETE FROM job_total WHERE id IN (
            SELECT id FROM job_total ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
        )
        RETURNING state, jobs
    )
    INSERT INTO job_total (state, jobs)
    SELECT state, sum(jobs) FROM folded GROUP BY state HAVING sum(jobs) <> 0
$$;

CREATE FUNCTION job_total_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO job_total (state, jobs) SELECT state, count(*) FROM fresh GROUP BY state;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO job_total (state, jobs) SELECT state, -count(*) FROM stale GROUP BY state;
    ELSE
        INSERT INTO job_total (state, jobs)
        SELECT state, sum(jobs) FROM (
            SELECT state, 1 AS jobs FROM fresh UNION ALL SELECT state, -1 FROM stale
        ) AS change GROUP BY state HAVING sum(jobs) <> 0;
    END IF;
    -- Now and then: a reader then never sums more than a few hundred rows.
    IF FOUND AND random() < 0.02 THEN
        PERFORM job_total_fold();
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER job_total_insert AFTER INSERT ON job REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION job_total_note();
CREATE TRIGGER job_total_update AFTER UPDATE ON job
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION job_total_note();
CREATE TRIGGER job_total_delete AFTER DELETE ON job REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION job_total_note();
