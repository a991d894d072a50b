-- name: facts
-- Ten facts a ticket, evenly over a year from $1 on, of as many agents as $4; tickets $2 to $3 of $5.
INSERT INTO report_fact (ticket_id, kind, episode, from_at, at, agent_id, queue_id, tier, channel, temperament, value, outcome,
  is_first, escalations, contacts, transfers, calendar_s, business_s)
SELECT n, k.kind, 1, o.at, o.at + d.s * interval '1 second', CASE WHEN k.kind <> 'opened' THEN 1 + n * 7919 % $4::int END, 1 + n % 20,
       1 + n % 3, (ARRAY['sms', 'email', 'webchat', 'phone'])[1 + n % 4], (ARRAY['warm', 'angry', 'unknown'])[1 + n % 3], 'unknown',
       k.outcome, true, 0, 1, 0, d.s, d.s / 3
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN LATERAL (SELECT $1::timestamptz + n::float8 / $5::bigint * interval '365 days' AS at) AS o
CROSS JOIN (VALUES ('opened', 'customer', 0.0), ('queue_wait', 'answered', 0.01), ('stay', 'waiting', 0.01), ('taken', NULL, 0.01),
  ('offer', 'accepted', 0.01), ('first_reply', NULL, 0.1), ('handled', NULL, 0.5), ('solved', NULL, 1.0), ('stay', 'held', 1.0),
  ('promise', 'met', 1.0)) AS k(kind, outcome, part)
CROSS JOIN LATERAL (SELECT k.part * (600 + n * 7919 % 86400) AS s) AS d

-- name: events
-- The raw events of the same tickets: opened, given, solved, and $6 messages in between.
INSERT INTO event (at, kind, ticket_id, agent_id, actor, team_ids, data)
SELECT o.at + least(k.s, o.lasted_s) * interval '1 second', k.kind, n, CASE WHEN k.kind IN ('ticket_assigned', 'ticket_solved')
         THEN 1 + n * 7919 % $4::int END, 'system', '{1}', '{}'
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN LATERAL (SELECT $1::timestamptz + n::float8 / $5::bigint * interval '365 days' AS at, 600 + n * 7919 % 86400 AS lasted_s) AS o
CROSS JOIN LATERAL (
  SELECT 'ticket_opened' AS kind, 0.0 AS s
  UNION ALL SELECT 'ticket_assigned', 0.01 * o.lasted_s UNION ALL SELECT 'ticket_solved', o.lasted_s
  UNION ALL SELECT 'interaction_received', m * 60.0 FROM generate_series(1, $6::int) AS m) AS k

-- name: raw
-- The least that the raw events need for how long agents took to solve.
SELECT s.agent_id, count(*) AS n, avg(extract(epoch FROM s.at - o.at))::float8 AS mean,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM s.at - o.at)::float8) AS percentiles
FROM event s JOIN LATERAL (
  SELECT e.at FROM event e WHERE e.ticket_id = s.ticket_id AND e.kind = 'ticket_opened' ORDER BY e.id LIMIT 1) AS o ON true
WHERE s.kind = 'ticket_solved' AND s.at >= $1 AND s.at < $2
GROUP BY s.agent_id
