-- name: candidates
-- Who may take this ticket now; one index probe on the queue's members.
SELECT m.agent_id, m.level::int AS level, m.band::int AS band, a.load, a.capacity,
       (extract(epoch FROM a.idle_since - timestamptz '1970-01-01 00:00:00+00') * 1000000)::bigint AS idle_since_us
FROM membership m JOIN agent a ON a.id = m.agent_id
WHERE m.queue_id = $1 AND a.presence = 'available' AND a.capacity - a.load >= $2
  AND $4::timestamptz >= $3::timestamptz + m.delay_s * interval '1 second'
  AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = $5 AND x.agent_id = m.agent_id AND x.until_at > $4)
ORDER BY m.level, m.band DESC, a.load::float8 / a.capacity, a.idle_since, m.agent_id
LIMIT 8

-- name: heads
-- The first ticket of each of the agent's queues that he may take now.
SELECT t.id AS ticket_id, m.queue_id, t.enqueued_us, t.credit_s, m.handicap_s, t.weight
FROM membership m CROSS JOIN LATERAL (
  SELECT w.id, w.weight, w.credit_s, w.rank_us + w.credit_s * 1000000::bigint AS enqueued_us
  FROM ticket w
  WHERE w.queue_id = m.queue_id AND w.state = 'waiting' AND w.weight <= $2
    AND $3::timestamptz >= w.enqueued_at + m.delay_s * interval '1 second'
    AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = w.id AND x.agent_id = m.agent_id AND x.until_at > $3)
  ORDER BY w.rank_us, w.id LIMIT 1) t
WHERE m.agent_id = $1

-- name: next_delay
-- When somebody who may not be asked yet may be.
SELECT min(m.delay_s)::int AS delay_s FROM membership m
WHERE m.queue_id = $1 AND $3::timestamptz < $2::timestamptz + m.delay_s * interval '1 second'
