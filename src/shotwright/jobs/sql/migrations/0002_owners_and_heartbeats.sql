-- Uploads in parts belong to a key; a running request is held by its worker's heartbeat; what the busiest questions need.

CREATE TABLE IF NOT EXISTS uploads (
    id           uuid PRIMARY KEY,
    file_id      text NOT NULL UNIQUE,               -- of the file that it becomes
    owner        text NOT NULL,
    name         text NOT NULL,
    content_type text,
    terms        jsonb NOT NULL DEFAULT '{}',        -- expires_s, access
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz NOT NULL,
    finished_at  timestamptz
);
CREATE INDEX IF NOT EXISTS uploads_open ON uploads (owner) WHERE finished_at IS NULL;
CREATE INDEX IF NOT EXISTS uploads_expiring ON uploads (expires_at);

CREATE TABLE IF NOT EXISTS upload_parts (
    upload_id  uuid NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    number     integer NOT NULL,
    object_key text NOT NULL,
    size_bytes bigint NOT NULL,
    etag       text NOT NULL,                        -- of the content
    PRIMARY KEY (upload_id, number)
);

ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS heartbeat_at timestamptz,              -- the worker that renders it was there
    ADD COLUMN IF NOT EXISTS losses       integer NOT NULL DEFAULT 0; -- starts that ended with a dead worker or engine
UPDATE requests
SET heartbeat_at = clock_timestamp(), losses = greatest(attempt - 1, 0)
WHERE state = 'running';

-- Those that wait already were let in by the rule of their time: a server without keys delivered anywhere.
ALTER TABLE webhooks ADD COLUMN IF NOT EXISTS may_be_private boolean NOT NULL DEFAULT true;
ALTER TABLE webhooks ALTER COLUMN may_be_private SET DEFAULT false;

CREATE INDEX IF NOT EXISTS requests_ended ON requests (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS requests_typical ON requests (endpoint_id, engine, state, created_at DESC);
CREATE INDEX IF NOT EXISTS requests_of_engine ON requests (engine, created_at);
CREATE INDEX IF NOT EXISTS requests_by_state ON requests (state);
CREATE INDEX IF NOT EXISTS idempotency_of_request ON idempotency (request_id);
