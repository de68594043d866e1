-- Nodes, and who may call.
CREATE TABLE node (
    name text PRIMARY KEY,
    hostname text NOT NULL,
    runtime text NOT NULL,
    version text NOT NULL,
    queues text[] NOT NULL,
    slots integer NOT NULL,
    running uuid[] NOT NULL DEFAULT '{}',      -- attempts it holds leases for
    cpus real NOT NULL DEFAULT 0,
    memory bigint NOT NULL DEFAULT 0,
    disk_free bigint NOT NULL DEFAULT 0,
    drain boolean NOT NULL DEFAULT false,      -- wanted by an operator
    draining boolean NOT NULL DEFAULT false,   -- as the node says
    left_at timestamptz,                       -- it ended in order
    joined_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE token (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    digest text NOT NULL UNIQUE,               -- sha256 of the secret, which is 256 random bits
    scope text NOT NULL CHECK (scope IN ('read', 'submit', 'admin')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    used_at timestamptz
);
