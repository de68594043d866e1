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

