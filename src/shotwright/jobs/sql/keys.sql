-- Queries of jobs/keys.py: a name, what it is for, the statement.

-- create --
-- A new key.
INSERT INTO api_keys (id, name, secret_hash, scopes, daily_budget_usd)
VALUES (%s, %s, %s, %s, %s)
RETURNING *

-- all --
-- All keys.
SELECT *
FROM api_keys
ORDER BY created_at DESC

-- revoke --
-- Take a key no more.
UPDATE api_keys
SET revoked_at = coalesce(revoked_at, clock_timestamp())
WHERE id = %s

-- exist --
-- Whether any key was ever made.
SELECT EXISTS (SELECT FROM api_keys)

-- find --
-- A key that counts.
SELECT *
FROM api_keys
WHERE id = %s
  AND revoked_at IS NULL

-- check --
-- A key that counts, with the hash of its secret.
SELECT id, name, scopes, daily_budget_usd, created_at, last_used_at, revoked_at, secret_hash
FROM api_keys
WHERE id = %s
  AND revoked_at IS NULL

-- touch --
-- When a key was last used, to a minute.
UPDATE api_keys
SET last_used_at = clock_timestamp()
WHERE id = %s
  AND (last_used_at IS NULL
  OR last_used_at < clock_timestamp() - interval '1 minute')

-- forget_sessions --
-- Sign-outs that their cookies have outlived.
DELETE
FROM ended_sessions
WHERE until < clock_timestamp()

-- end_session --
-- A cookie that is taken no more.
INSERT INTO ended_sessions (cookie_hash, until)
VALUES (%s, to_timestamp(%s))
ON CONFLICT DO NOTHING

-- has_ended --
-- Whether a cookie is taken no more.
SELECT EXISTS (SELECT FROM ended_sessions WHERE cookie_hash = %s)
