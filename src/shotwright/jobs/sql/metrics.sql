-- by_state --
-- Requests of the history by endpoint, engine and state, with the seconds that they rendered and the frames that they gave.
SELECT
    endpoint_id,
    engine,
    state,
    count(*)                                                           AS requests,
    coalesce(sum((metrics ->> 'inference_time')::double precision), 0) AS render_seconds,
    coalesce(sum((result ->> 'frames')::bigint), 0)                    AS frames,
    coalesce(sum(cost_usd), 0)                                         AS cost_usd
FROM requests
GROUP BY endpoint_id, engine, state

-- waiting --
-- How many wait, and for how long the oldest of them has.
SELECT
    count(*)                                                                      AS length,
    coalesce(extract(EPOCH FROM clock_timestamp() - min(created_at)), 0)::double precision AS oldest_s
FROM requests
WHERE state = 'queued'

-- webhooks --
-- Webhooks by state, and how often they were tried.
SELECT
    state,
    count(*)                    AS webhooks,
    coalesce(sum(attempts), 0)  AS attempts
FROM webhooks
GROUP BY state
