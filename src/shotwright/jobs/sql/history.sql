-- Queries of jobs/history.py: a name, what it is for, the statement.

-- typical --
-- Median of the latest renders, and how many there were.
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took), count(*)
FROM (SELECT (metrics->>'inference_time')::float8 AS took FROM requests WHERE endpoint_id = %s AND engine = %s AND state = 'succeeded' ORDER BY created_at DESC LIMIT %s) latest

-- search --
-- The newest requests that fit; what is NULL does not matter. Inputs of more than 64 KiB, which are media sent inside the
-- request, are left out: a page of them would fill the memory.
SELECT id, endpoint_id, engine, options, state, priority, attempt, losses, worker, queue_job, cancel_requested, start_deadline, created_at,
    started_at, finished_at, stage, progress, plan, result, error, metrics, owner, wire, webhook, cost_usd,
    CASE
        WHEN jsonb_typeof(arguments) = 'object' AND pg_column_size(arguments) > 65536 THEN (
            SELECT coalesce(jsonb_object_agg(key, value), '{}')
            FROM jsonb_each(arguments)
            WHERE octet_length(value::text) <= 65536
        )
        ELSE arguments
    END AS arguments
FROM requests
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(owner)s::text IS NULL OR owner = %(owner)s)
  AND (%(endpoint_id)s::text IS NULL OR endpoint_id = %(endpoint_id)s)
  AND (%(engine)s::text IS NULL OR engine = %(engine)s)
  AND (%(words)s::text[] IS NULL OR arguments->>'prompt' ILIKE ALL (%(words)s) OR id::text = %(text)s)
  AND (%(day)s::date IS NULL OR (created_at >= %(day)s::date::timestamp AT TIME ZONE 'UTC' AND created_at < (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC'))
  AND (%(like)s::uuid IS NULL OR (endpoint_id, arguments) = (
      SELECT endpoint_id, arguments
      FROM requests
      WHERE id = %(like)s
        AND (%(owner)s::text IS NULL OR owner = %(owner)s)
  ))
  AND (%(before)s::timestamptz IS NULL OR created_at < %(before)s)
ORDER BY created_at DESC
LIMIT %(limit)s
