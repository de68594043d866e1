-- Log chunks, byte-exact. A chunk that was sent again may be cut elsewhere: readers go by offset
-- and pass over what they have had.
CREATE TABLE log_chunk (
    attempt_id uuid NOT NULL,
    first_byte bigint NOT NULL,                -- offset over both streams as they were merged
    size integer NOT NULL,                     -- bytes, before compression
    first_line bigint NOT NULL,                -- newlines before it
    lines integer NOT NULL,                    -- newlines in it
    stream text NOT NULL,                      -- out, err or sys
    packed boolean NOT NULL,                   -- data is zlib
    data bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (attempt_id, first_byte)
);
ALTER TABLE log_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
