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
ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS owner    text,                            -- who asked: a key, or what an open server calls its caller
    ADD COLUMN IF NOT EXISTS wire     text NOT NULL DEFAULT 'fal',
    ADD COLUMN IF NOT EXISTS webhook  jsonb,                           -- url, secret, origin
    ADD COLUMN IF NOT EXISTS cost_usd numeric(14, 6) NOT NULL DEFAULT 0; -- reserved until the request ends, then settled
CREATE INDEX IF NOT EXISTS requests_waiting ON requests (priority DESC, created_at) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS requests_running ON requests (worker) WHERE state = 'running';
CREATE INDEX IF NOT EXISTS requests_recent ON requests (created_at DESC);
CREATE INDEX IF NOT EXISTS requests_of_owner ON requests (owner, created_at DESC);

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

CREATE TABLE IF NOT EXISTS api_keys (
    id               uuid PRIMARY KEY,
    name             text NOT NULL,
    secret_hash      text NOT NULL,                  -- SHA-256 of 128 random bits; the secret itself is shown once and forgotten
    scopes           text[] NOT NULL,
    daily_budget_usd numeric(12, 3),
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at     timestamptz,
    revoked_at       timestamptz
);

-- Browsers that signed out: their cookies are refused until they would have ended by themselves.
CREATE TABLE IF NOT EXISTS ended_sessions (
    cookie_hash text PRIMARY KEY,
    until       timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS idempotency (
    owner       text NOT NULL,
    key         text NOT NULL,
    fingerprint text NOT NULL,
    request_id  uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    position    integer NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner, key)
);

-- The outbox: written in the transaction that ends a request, delivered afterwards.
CREATE TABLE IF NOT EXISTS webhooks (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    request_id  uuid REFERENCES requests (id) ON DELETE CASCADE,       -- NULL for a test delivery
    owner       text,
    wire        text NOT NULL,
    url         text NOT NULL,
    secret      text,
    origin      text NOT NULL DEFAULT '',
    body        bytea,                                                 -- made at the first attempt, the same for all
    headers     jsonb,
    signed_at   bigint,
    state       text NOT NULL DEFAULT 'pending',                       -- pending, delivered, failed
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
ALTER TABLE webhooks
    ADD COLUMN IF NOT EXISTS leased_until timestamptz,                 -- somebody is delivering it
    ADD COLUMN IF NOT EXISTS again        boolean NOT NULL DEFAULT false; -- asked for once more while it was under way
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (next_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS webhooks_of_request ON webhooks (request_id);
CREATE INDEX IF NOT EXISTS webhooks_recent ON webhooks (created_at DESC);

CREATE TABLE IF NOT EXISTS webhook_attempts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id  uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    number      integer NOT NULL,
    at          timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    status_code integer,
    response    text,                                                  -- the first kilobyte
    error       text
);
CREATE INDEX IF NOT EXISTS attempts_of_webhook ON webhook_attempts (webhook_id, number);
