-- Queries of jobs/usage.py: a name, what it is for, the statement.

-- spent_today --
-- What a key has spent or reserved today, UTC.
SELECT coalesce(sum(cost_usd), 0)
FROM requests
WHERE owner = %s
  AND created_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'

-- spent_today_on --
-- What an engine has cost or reserved today, UTC.
SELECT coalesce(sum(cost_usd), 0)
FROM requests
WHERE engine = %s
  AND created_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'

-- usage --
-- By day, key, endpoint and engine.
SELECT (created_at AT TIME ZONE 'UTC')::date AS day, owner AS key, endpoint_id, engine, count(*) AS requests, count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(sum((metrics->>'billable_units')::float8), 0) AS seconds, coalesce(max((metrics->>'unit_price')::float8), 0) AS unit_price, coalesce(sum(cost_usd) FILTER (WHERE state = 'succeeded'), 0) AS cost_usd, coalesce(sum((metrics->>'upstream_usd')::numeric), 0) AS upstream_usd
FROM requests
WHERE created_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC'
  AND created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
  AND (%(owner)s::text IS NULL
  OR owner = %(owner)s)
  AND (%(endpoint)s::text IS NULL
  OR endpoint_id = %(endpoint)s)
GROUP BY 1, 2, 3, 4
ORDER BY 1 DESC, 2, 3, 4
