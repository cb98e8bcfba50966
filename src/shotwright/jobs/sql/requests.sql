-- Queries of jobs/store.py: a name, what it is for, the statement.

-- lock_schema --
-- One process at a time makes the tables.
SELECT pg_advisory_xact_lock(%s)

-- migrations_table --
-- Which steps have been taken.
CREATE TABLE IF NOT EXISTS shotwright_migrations (
    number integer PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT clock_timestamp()
)

-- migrations --
-- The steps that have been taken.
SELECT number
FROM shotwright_migrations

-- migrated --
-- A step that has been taken.
INSERT INTO shotwright_migrations (number)
VALUES (%s)

-- keep_setting --
-- A value that all processes share: stored when there is none yet.
INSERT INTO shotwright_settings
VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE
SET name = excluded.name
RETURNING value

-- find --
-- A request.
SELECT *
FROM requests
WHERE id = %s

-- insert --
-- A new request; its start is due within so many seconds.
INSERT INTO requests (id, endpoint_id, engine, arguments, options, priority, start_deadline, owner, wire, webhook, cost_usd)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s), %s, %s, %s, %s)

-- set_queue_job --
-- Which entry of the queue stands for a request.
UPDATE requests
SET queue_job = %s
WHERE id = %s
RETURNING *

-- position --
-- How many wait before a request of this priority and age.
SELECT count(*)
FROM requests
WHERE state = 'queued'
  AND (priority > %s
  OR (priority = %s AND created_at < %s))

-- waiting --
-- How many wait.
SELECT count(*)
FROM requests
WHERE state = 'queued'

-- owner --
-- Who asked for a request.
SELECT owner
FROM requests
WHERE id = %s

-- running_of_owner --
-- How many of a caller's requests run.
SELECT count(*)
FROM requests
WHERE owner = %s
  AND state = 'running'

-- start --
-- A worker begins: not after the start's deadline. `attempt` NULL means whichever.
UPDATE requests
SET state = %(state)s, worker = %(worker)s, attempt = attempt + 1, started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), progress = 0
WHERE id = %(id)s
  AND state = ANY(%(sources)s)
  AND (%(attempt)s::integer IS NULL OR attempt = %(attempt)s)
  AND (start_deadline IS NULL OR attempt > 0 OR start_deadline > clock_timestamp())
RETURNING *

-- end --
-- A request ends. One whose end was asked for can only be cancelled; what was not to be kept goes.
UPDATE requests
SET state = %(state)s, finished_at = clock_timestamp(),
    plan = coalesce(%(plan)s, plan), result = coalesce(%(result)s, result), error = coalesce(%(error)s, error),
    metrics = coalesce(%(metrics)s, metrics), progress = coalesce(%(progress)s, progress), cost_usd = coalesce(%(cost_usd)s, 0),
    cancel_requested = coalesce(%(cancel_requested)s, cancel_requested),
    arguments = CASE WHEN options->>'store_io' = '0' THEN NULL ELSE arguments END
WHERE id = %(id)s
  AND state = ANY(%(sources)s)
  AND (%(attempt)s::integer IS NULL OR attempt = %(attempt)s)
  AND (%(is_cancel)s OR NOT cancel_requested)
  AND (NOT %(only_cancelled)s OR cancel_requested)
RETURNING *

-- queue_again --
-- A request waits again; `is_loss` when a worker or an engine died over it.
UPDATE requests
SET state = %(state)s, losses = losses + %(is_loss)s::int
WHERE id = %(id)s
  AND state = ANY(%(sources)s)
  AND (%(attempt)s::integer IS NULL OR attempt = %(attempt)s)
RETURNING *

-- park --
-- Set a waiting request aside: it has no entry in the queue until its caller has room.
UPDATE requests
SET queue_job = NULL
WHERE id = %s
  AND state = 'queued'

-- owners_with_parked --
-- Callers with requests that were set aside.
SELECT DISTINCT owner
FROM requests
WHERE state = 'queued'
  AND queue_job IS NULL

-- parked_of_owner --
-- A caller's requests that were set aside, the most urgent first.
SELECT *
FROM requests
WHERE owner = %s
  AND state = 'queued'
  AND queue_job IS NULL
ORDER BY priority DESC, created_at LIMIT %s
FOR UPDATE SKIP LOCKED

-- ask_to_cancel --
-- Tell a running request that its end is asked for.
UPDATE requests
SET cancel_requested = true
WHERE id = %s
  AND state = 'running'
RETURNING *

-- note --
-- Keep what an engine wants a later attempt to know.
UPDATE requests
SET options = jsonb_set(options, '{notes}', coalesce(options->'notes', '{}') || %s)
WHERE id = %s
  AND attempt = %s

-- progress --
-- How far a render is.
UPDATE requests
SET stage = %s, progress = %s
WHERE id = %s
  AND state = 'running'
  AND attempt = %s

-- events --
-- Events of a request in order.
SELECT id, at, kind, level, message, data
FROM events
WHERE request_id = %s
  AND id > %s
  AND (%s::text IS NULL OR kind = %s)
ORDER BY id

-- late_starts --
-- Requests that have waited longer than their client would.
SELECT id
FROM requests
WHERE state = 'queued'
  AND attempt = 0
  AND start_deadline <= clock_timestamp()
FOR UPDATE SKIP LOCKED

-- heartbeat --
-- A worker is rendering these.
UPDATE requests
SET heartbeat_at = clock_timestamp()
WHERE id = ANY(%s)
  AND worker = %s
  AND state = 'running'

-- orphans --
-- Running requests whose worker holds its lock no more and has not confirmed them for a moment, or, whatever the lock says, for long
-- (NULL: do not ask). A worker whose connection was lost takes its lock again, and needs the moment for it.
SELECT *
FROM requests
WHERE state = 'running'
  AND (worker IS NULL
  OR (coalesce(heartbeat_at, started_at) < clock_timestamp() - make_interval(secs => %s::float8) AND pg_try_advisory_xact_lock(worker))
  OR coalesce(heartbeat_at, started_at) < clock_timestamp() - make_interval(secs => %s::float8))
ORDER BY created_at
FOR UPDATE SKIP LOCKED

-- strays --
-- Waiting requests whose entry in the queue is gone, belongs to a worker of the queue that is gone, or was taken so many seconds ago
-- (NULL: do not ask) and never begun: the answer of the database was lost on its way to the worker.
SELECT *
FROM requests
WHERE state = 'queued'
  AND queue_job IS NOT NULL
  AND NOT EXISTS (
      SELECT
      FROM procrastinate_jobs job
      WHERE job.id = queue_job
        AND (
            job.status = 'todo'
            OR (
                job.status = 'doing'
                AND EXISTS (SELECT FROM procrastinate_workers WHERE id = job.worker_id)
                AND NOT EXISTS (
                    SELECT
                    FROM procrastinate_events
                    WHERE job_id = job.id
                      AND type = 'started'
                      AND at < clock_timestamp() - make_interval(secs => %s::float8)
                )
            )
        )
  )
ORDER BY created_at
FOR UPDATE SKIP LOCKED

-- results --
-- What these requests gave.
SELECT id, result
FROM requests
WHERE id = ANY(%s)

-- counts --
-- How many requests are in each state.
SELECT state, count(*) AS n
FROM requests
GROUP BY state

-- ended_before --
-- Requests that ended so many seconds ago and still have their payload.
SELECT id
FROM requests
WHERE finished_at < clock_timestamp() - make_interval(secs => %s)
  AND NOT options ? 'payload_deleted'
FOR UPDATE SKIP LOCKED

-- forgotten --
-- Requests that ended so many seconds ago, a batch of them.
SELECT id
FROM requests
WHERE finished_at < clock_timestamp() - make_interval(secs => %s)
ORDER BY finished_at LIMIT 500
FOR UPDATE SKIP LOCKED

-- delete_rows --
-- Delete requests with their events, webhooks and idempotency keys.
DELETE
FROM requests
WHERE id = ANY(%s)

-- rename_owner --
-- A key is called otherwise from now on.
UPDATE requests
SET owner = %s
WHERE owner = %s

-- delete_payload --
-- Delete what a request was given and gave.
UPDATE requests now
SET arguments = NULL, plan = NULL, result = NULL, options = now.options - 'notes' || '{"payload_deleted": true}'
FROM requests old
WHERE now.id = %s
  AND old.id = now.id
  AND now.state = ANY(%s)
RETURNING old.result

-- delete_logs --
-- Delete a request's log and previews.
DELETE
FROM events
WHERE request_id = %s
  AND kind IN ('log', 'preview')
RETURNING data->>'file_id'

-- event --
-- Append an event and wake whoever waits for its request.
WITH added AS (INSERT INTO events (request_id, kind, level, message, data)
VALUES (%s, %s, %s, %s, %s)) SELECT pg_notify(%s, %s)

-- notify --
-- Wake whoever waits for a request.
SELECT pg_notify(%s, %s)
