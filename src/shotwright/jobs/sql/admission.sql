-- Queries of jobs/admission.py: a name, what it is for, the statement.

-- lock --
-- One at a time for each caller.
SELECT pg_advisory_xact_lock(7301, hashtext(%s))

-- earlier --
-- The request that an idempotency key made.
SELECT request_id, position, fingerprint
FROM idempotency
WHERE owner = %s
  AND key = %s

-- remember --
-- Which request an idempotency key made.
INSERT INTO idempotency (owner, key, fingerprint, request_id, position)
VALUES (%s, %s, %s, %s, %s)

-- rate --
-- Seconds until the oldest create of the window leaves it, when the window is full.
SELECT extract(epoch
FROM created_at + make_interval(secs => %s) - clock_timestamp())
FROM requests
WHERE owner = %s
  AND wire = %s
  AND created_at > clock_timestamp() - make_interval(secs => %s)
ORDER BY created_at DESC OFFSET %s LIMIT 1

-- in_flight --
-- How many of a caller's requests are unfinished.
SELECT count(*)
FROM requests
WHERE owner = %s
  AND wire = %s
  AND state IN ('queued', 'running')

-- forget --
-- Drop idempotency keys that are too old.
DELETE
FROM idempotency
WHERE created_at < clock_timestamp() - %s::interval
  AND (%s::text IS NULL OR owner = %s)
