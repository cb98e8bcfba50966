-- Shotwright's own tables. Procrastinate keeps its own beside them.

CREATE TABLE IF NOT EXISTS shotwright_settings (
    name  text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE IF NOT EXISTS requests (
    id               uuid PRIMARY KEY,
    endpoint_id      text NOT NULL,
    engine           text NOT NULL,
    arguments        jsonb,
    options          jsonb NOT NULL DEFAULT '{}',   -- origin, lifecycle, store_io, no_retry, seed
    state            text NOT NULL DEFAULT 'queued',
    priority         integer NOT NULL DEFAULT 0,
    attempt          integer NOT NULL DEFAULT 0,
    worker           bigint,
    queue_job        bigint,
    cancel_requested boolean NOT NULL DEFAULT false,
    start_deadline   timestamptz,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at       timestamptz,
    finished_at      timestamptz,
    stage            text,
    progress         real NOT NULL DEFAULT 0,
    plan             jsonb,
    result           jsonb,
    error            jsonb,
    metrics          jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS requests_waiting ON requests (priority DESC, created_at) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS requests_running ON requests (worker) WHERE state = 'running';
CREATE INDEX IF NOT EXISTS requests_recent ON requests (created_at DESC);

CREATE TABLE IF NOT EXISTS events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind       text NOT NULL,                        -- state, log, progress, preview
    level      text,
    message    text,
    data       jsonb
);
CREATE INDEX IF NOT EXISTS events_of_request ON events (request_id, id);
