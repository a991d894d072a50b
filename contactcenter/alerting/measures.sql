-- name: now
-- Every queue, and all together (NULL): what waits at $1 and for how long, who is there, and promises that fall due until $2.
WITH there AS (
  SELECT m.queue_id, count(*)::int AS agents, (count(*) FILTER (WHERE a.presence = 'available' AND a.load < a.capacity))::int AS available
  FROM agent a JOIN membership m ON m.agent_id = a.id WHERE a.presence <> 'offline' GROUP BY m.queue_id
), risk AS (
  SELECT t.queue_id, count(*)::int AS n FROM sla_clock k JOIN ticket t ON t.id = k.ticket_id
  WHERE k.ended_at IS NULL AND k.due_at IS NOT NULL AND k.due_at >= $1::timestamptz AND k.due_at <= $2::timestamptz GROUP BY t.queue_id
), by_queue AS MATERIALIZED (
  SELECT q.id AS queue_id, w.n AS waiting, coalesce(greatest(w.longest_s, 0), 0) AS longest_wait_s,
         coalesce(h.agents, 0) AS agents, coalesce(h.available, 0) AS available, coalesce(r.n, 0) AS at_risk
  FROM queue q CROSS JOIN LATERAL (
    SELECT count(*)::int AS n, extract(epoch FROM $1::timestamptz - min(t.enqueued_at))::float8 AS longest_s
    FROM ticket t WHERE t.queue_id = q.id AND t.state = 'waiting') w
  LEFT JOIN there h ON h.queue_id = q.id LEFT JOIN risk r ON r.queue_id = q.id
)
SELECT queue_id, waiting, longest_wait_s, agents, available, at_risk FROM by_queue
UNION ALL
SELECT NULL, coalesce(sum(b.waiting), 0)::int, coalesce(max(b.longest_wait_s), 0),
       (SELECT count(*) FROM agent a WHERE a.presence <> 'offline')::int,
       (SELECT count(*) FROM agent a WHERE a.presence = 'available' AND a.load < a.capacity)::int,
       coalesce((SELECT sum(r.n) FROM risk r), 0)::int
FROM by_queue b
