-- Boards: projects of shots in order, with what was rendered for each.

CREATE TABLE IF NOT EXISTS projects (
    id         uuid PRIMARY KEY,
    owner      text,                                  -- a key, or what an open server calls its caller
    name       text NOT NULL,
    members    jsonb NOT NULL DEFAULT '[]',           -- who and where, for all shots: name, kind, pictures
    settings   jsonb NOT NULL DEFAULT '{}',           -- of the film: burn-in, guides, slates
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS projects_of_owner ON projects (owner, created_at DESC);

CREATE TABLE IF NOT EXISTS shots (
    id          uuid PRIMARY KEY,
    project_id  uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    position    double precision NOT NULL,
    name        text NOT NULL,
    note        text NOT NULL DEFAULT '',
    status      text NOT NULL DEFAULT 'draft',        -- draft, approved, promoted, final
    tags        text[] NOT NULL DEFAULT '{}',
    is_favourite boolean NOT NULL DEFAULT false,
    endpoint_id text NOT NULL,
    arguments   jsonb NOT NULL,                       -- with the project's own names in the prompt
    chosen      uuid,                                 -- the take that the film shows; NULL: the newest that is finished
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS shots_of_project ON shots (project_id, position);

CREATE TABLE IF NOT EXISTS takes (
    shot_id    uuid NOT NULL REFERENCES shots (id) ON DELETE CASCADE,
    request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    number     integer NOT NULL,
    PRIMARY KEY (shot_id, request_id)
);
CREATE INDEX IF NOT EXISTS takes_of_request ON takes (request_id);
