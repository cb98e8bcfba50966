-- Queries of jobs/outbox.py: a name, what it is for, the statement.

-- post --
-- A delivery, in the transaction that ends its request.
INSERT INTO webhooks (request_id, owner, wire, url, secret, origin, may_be_private, next_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s))

-- claim --
-- Take deliveries that are due.
UPDATE webhooks
SET leased_until = clock_timestamp() + make_interval(secs => %s)
WHERE id IN (SELECT id
FROM webhooks
WHERE state = 'pending'
  AND next_at <= clock_timestamp()
  AND (leased_until IS NULL
  OR leased_until < clock_timestamp()) ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING *

-- renew --
-- Keep deliveries that are under way.
UPDATE webhooks
SET leased_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = ANY(%s)
  AND leased_until IS NOT NULL

-- seal --
-- The body that all attempts send.
UPDATE webhooks
SET body = %s, signed_at = %s
WHERE id = %s

-- record --
-- What came of an attempt.
UPDATE webhooks
SET attempts = %(number)s, headers = %(headers)s, leased_until = NULL, again = false, state = CASE WHEN again THEN 'pending' ELSE %(state)s END, signed_at = CASE WHEN again THEN NULL ELSE signed_at END, next_at = clock_timestamp() + make_interval(secs => CASE WHEN again THEN 0 ELSE %(pause)s END), finished_at = CASE WHEN again
  OR %(state)s = 'pending' THEN NULL ELSE clock_timestamp() END
WHERE id = %(id)s
  AND attempts = %(number)s - 1

-- record_attempt --
-- An attempt, for the log.
INSERT INTO webhook_attempts (webhook_id, number, at, duration_ms, status_code, response, error)
VALUES (%s, %s, %s, %s, %s, %s, %s)

-- add_test --
-- A sample to an address.
INSERT INTO webhooks (owner, wire, url, secret, body, may_be_private)
VALUES (%s, %s, %s, %s, %s, %s)
RETURNING id

-- redeliver --
-- Once more, at once.
UPDATE webhooks
SET again = coalesce(leased_until > clock_timestamp(), false), state = 'pending', next_at = clock_timestamp(), finished_at = NULL, signed_at = CASE WHEN leased_until > clock_timestamp() THEN signed_at ELSE NULL END
WHERE id = %s

-- find --
-- By its own id or its request's.
SELECT *
FROM webhooks
WHERE id = %s
  OR request_id = %s
ORDER BY created_at DESC LIMIT 1

-- attempts --
-- The attempts of a delivery.
SELECT number, at, duration_ms, status_code, response, error
FROM webhook_attempts
WHERE webhook_id = %s
ORDER BY id

-- forget_tests --
-- Test deliveries that are so many seconds old.
DELETE
FROM webhooks
WHERE request_id IS NULL
  AND created_at < clock_timestamp() - make_interval(secs => %s)

-- rename_owner --
-- A key is called otherwise from now on.
UPDATE webhooks
SET owner = %s
WHERE owner = %s

-- recent --
-- The newest deliveries, of one caller and one wire where they are named.
SELECT *
FROM webhooks
WHERE (%s::text IS NULL OR owner = %s)
  AND (%s::text IS NULL OR wire = %s)
ORDER BY created_at DESC
LIMIT %s OFFSET %s

-- count --
-- How many deliveries there are, of one caller and one wire where they are named.
SELECT count(*)
FROM webhooks
WHERE (%s::text IS NULL OR owner = %s)
  AND (%s::text IS NULL OR wire = %s)
